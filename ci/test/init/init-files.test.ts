import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { findDockerfile, invocationOf } from "../../lib/init/checkout.js";
import { isEnvIgnored, missingEnvLines } from "../../lib/init/init-files.js";
import { markdown } from "../../lib/init/init-report.js";
import { workflow } from "../../lib/init/workflow.js";

const own = readFileSync(new URL("../../../.github/workflows/build-and-deploy.yaml", import.meta.url), "utf8");
const installed = invocationOf(JSON.stringify({ toolchains: [{ name: "slipway", source: "../slipway" }] }));
const written = (name: string, invocation = installed) =>
  workflow({ name, region: "us-west-2", account: "123456789012", invocation, engine: "v0.21.8" });

test("the workflow uses the actions of Slipway's own, and passes no expression to a shell", () => {
  const pins = written("production").match(/uses: .*/g) ?? [];
  assert.equal(pins.length, 3);
  for (const pin of pins) assert.ok(own.includes(pin), pin);
  for (const invocation of [installed, invocationOf(undefined)]) {
    const { jobs, permissions, concurrency } = parse(written("production", invocation));
    for (const { run = "" } of jobs.deploy.steps) assert.doesNotMatch(run, /\$\{\{/);
    assert.deepEqual([permissions, concurrency["cancel-in-progress"]], [{}, false]);
  }
});

test("an environment whose name YAML takes for a number or a boolean stays a text", () => {
  for (const name of ["1", "on", "true", "staging-2"]) assert.equal(parse(written(name)).jobs.deploy.environment, name);
});

test("dagger.json decides how the functions are called", () => {
  const commandOf = (json?: object | string) =>
    invocationOf(typeof json === "object" ? JSON.stringify(json) : json).command;
  assert.equal(commandOf({ name: "slipway", sdk: { source: "typescript" } }), "dagger call");
  assert.equal(
    commandOf({ name: "shop", toolchains: [{ name: "ship", source: "github.com/a/slipway@v1" }] }),
    "dagger call ship",
  );
  for (const none of [undefined, "{", { name: "shop" }, { toolchains: [{ name: "lint", source: "x" }] }])
    assert.equal(commandOf(none), "dagger -m MODULE call");
});

test("the Dockerfile is the root's, else that of a directory named like the service, else the only one", () => {
  const find = (...paths: string[]) =>
    findDockerfile(new Map(paths.map((path) => [path, "FROM a AS test"])), ["api", "web"]);
  assert.deepEqual(find("Dockerfile", "services/api/Dockerfile"), { path: "Dockerfile", hasTests: true });
  assert.deepEqual(find("services/web/Dockerfile", "services/api/Dockerfile").build, { context: "services/api" });
  assert.deepEqual(find("deploy/Dockerfile").build, { context: "deploy" });
  assert.equal(find("a/Dockerfile", "b/Dockerfile").path, undefined);
  assert.equal(find("a\\b/Dockerfile").path, undefined);
});

test("a line of .env that exists in any letter case is not missing", () => {
  const lines: [string, string][] = [
    ["SLIPWAY_CREDENTIALS", '"x"'],
    ["SLIPWAY_TARGET", '"staging"'],
  ];
  assert.deepEqual(missingEnvLines("export slipway_credentials = y\n# SLIPWAY_TARGET=z\n", lines), [
    'SLIPWAY_TARGET="staging"',
  ]);
});

test("an ignored .env is noticed", () => {
  const ignored = (text: string) => isEnvIgnored({ files: new Map([[".gitignore", text]]) });
  assert.deepEqual(
    [ignored("a\r\n.env\r\n"), ignored("# .env\n.envrc\n"), isEnvIgnored({ files: new Map() })],
    [true, false, false],
  );
});

test("a line of a report can't become a heading or move the cursor", () => {
  const text = markdown([{ title: "Found", lines: ["stack a\n## Next\u001b[2J", "b"] }]);
  assert.equal(text, "## Found\n\n- stack a ## Next\n- b\n");
});
