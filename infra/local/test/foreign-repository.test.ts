import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gitIn, lendPackages } from "./support/checkout.js";
import { type CallOutput, openEnvironment, type TestEnvironment } from "./support/environment.js";
import {
  createForeignService,
  foreignRepository,
  moduleRoot,
  target,
  toolchainConfig,
  writeFiles,
} from "./support/foreign.js";

let environment: TestEnvironment;
/** A Node.js service with its Dockerfile at the root, which has installed Slipway as a toolchain. */
let node: string;
/** A monorepo of two Go services with targets of its own place, which calls Slipway by -m. */
let monorepo: string;
/** A repository whose main module is Slipway. */
let main: string;

before(async () => {
  environment = await openEnvironment();
  for (const service of ["greeter", "orders", "mailer"]) await createForeignService(environment, service);
  node = await foreignRepository(environment, "node", {
    "dagger.json": toolchainConfig(environment, "node"),
    ".env": `SLIPWAY_CREDENTIALS="file://${environment.credentialsFile}"\nSLIPWAY_TARGET=live\n`,
    "infra/targets/live.json": target(environment, "greeter"),
    Dockerfile: [
      "FROM node:22 AS base",
      "WORKDIR /srv",
      "COPY package.json server.js ./",
      "FROM base AS test",
      "RUN node -e \"require('./server.js')\" && echo 1 passed",
      "FROM base",
      "USER 1000",
      'CMD ["node", "server.js"]',
    ].join("\n"),
    ".dockerignore": "*\n!package.json\n!server.js\n",
    "package.json": '{ "name": "greeter", "type": "commonjs" }\n',
    "server.js": [
      'const { createServer } = require("node:http");',
      'if (require.main === module) createServer((_, answer) => answer.end("hi")).listen(3000);',
      "",
    ].join("\n"),
  });
  monorepo = await foreignRepository(environment, "monorepo", {
    "deploy/targets/orders.json": target(environment, "orders"),
    "deploy/targets/mailer.json": target(environment, "mailer"),
    ...goService("services/orders"),
    ...goService("services/mailer"),
  });
  main = await foreignRepository(environment, "main", {
    "dagger.json": JSON.stringify({
      name: "slipway",
      engineVersion: "v0.21.8",
      sdk: { source: "typescript" },
      source: "ci",
    }),
    ".env": `CREDENTIALS="file://${environment.credentialsFile}"\n`,
    "infra/targets/production.json": target(environment, "greeter"),
  });
  const isOwn = (from: string) => !/\/(node_modules|sdk)$/.test(from);
  await cp(join(moduleRoot, "ci"), join(main, "ci"), { recursive: true, filter: isOwn });
  await lendPackages(main);
});
after(() => environment.close());

function goService(path: string): Record<string, string> {
  return {
    [`${path}/Dockerfile`]: [
      "FROM golang:1.24 AS build",
      "WORKDIR /src",
      "COPY . .",
      "RUN CGO_ENABLED=0 go build -o /service .",
      "FROM scratch",
      "COPY --from=build /service /service",
      'ENTRYPOINT ["/service"]',
    ].join("\n"),
    [`${path}/go.mod`]: `module example.com/${path}\n\ngo 1.24\n`,
    [`${path}/main.go`]: `package main\n\nfunc main() { println("${path}") }\n`,
  };
}

const aws = () => ["--aws", environment.url.replace("http", "tcp")];
const credentials = () => ["--credentials", `file://${environment.credentialsFile}`];

async function succeeds(cwd: string, ...args: string[]): Promise<CallOutput> {
  const output = await environment.call(args, { cwd });
  assert.equal(output.exitCode, 0, output.stderr);
  return output;
}

test("a Node.js service at the root of its repository is deployed by a toolchain, with a target of three keys and no flag but --aws", async () => {
  const { stdout, stderr } = await succeeds(node, "slipway", ...aws(), "deploy");
  const version = gitIn(node)("rev-parse", "--short=12", "HEAD");
  assert.match(stdout, new RegExp(`DEPLOYED.*${version}|${version}.*deployed`, "is"));
  assert.match(stdout, /greeter/);
  assert.doesNotMatch(stdout, /not tested/i);
  assert.match(stderr, /Testing /);
});

test("the same repository called by -m publishes the same image: what is built is the caller's, not the module's", async () => {
  const flags = ["-m", moduleRoot, ...aws(), ...credentials(), "--target", "live"];
  const { stderr } = await succeeds(node, ...flags, "publish");
  assert.match(stderr, /is in the registry already, made from the same input/);
});

test("each Go service of a monorepo is published by -m with the directories given, as images of their own", async () => {
  const images = [];
  for (const service of ["orders", "mailer"]) {
    const flags = ["-m", moduleRoot, ...aws(), ...credentials(), "--target", service, "--targets", "deploy/targets"];
    const { stdout, stderr } = await succeeds(monorepo, ...flags, "publish", "--app", `services/${service}`);
    assert.match(stdout, new RegExp(`/${service}@sha256:[0-9a-f]{64}$`));
    assert.match(stderr, /Not tested: the Dockerfile has no stage "test"/);
    images.push(stdout.split("@")[1]);
  }
  assert.notEqual(images[0], images[1]);
});

test("where Slipway is the main module of another repository, targets and .env are that repository's", async () => {
  const { stdout } = await succeeds(main, ...aws(), "status");
  assert.match(stdout, /greeter/);
});

test("the sample is never shipped from another repository: without a Dockerfile of its own nothing is built, in no way of calling", async () => {
  await writeFiles(monorepo, { "dagger.json": toolchainConfig(environment, "monorepo") });
  const at = [...aws(), ...credentials(), "--target", "orders", "--targets", "deploy/targets"];
  const before = await environment.state();
  for (const [cwd, args] of [
    [monorepo, ["slipway", ...at, "deploy", "--version", "v1.0.0"]],
    [monorepo, ["-m", moduleRoot, ...at, "deploy", "--version", "v1.0.0"]],
    [main, [...aws(), "deploy", "--version", "v1.0.0"]],
  ] as const) {
    const { exitCode, stdout, stderr } = await environment.call([...args], { cwd });
    assert.deepEqual([exitCode, stdout], [2, ""], stderr);
    assert.match(stderr, /^Error: The Dockerfile Dockerfile can't be read .*name the directory with "build"/m);
  }
  assert.deepEqual(await environment.state(), before);
});

test("from a repository without targets the module's own targets are not used", async () => {
  const args = ["-m", moduleRoot, ...aws(), ...credentials(), "status"];
  const { exitCode, stderr } = await environment.call(args, { cwd: monorepo });
  assert.equal(exitCode, 2, stderr);
  assert.match(stderr, /^Error: The directory of targets can't be read .*Create infra\/targets\/NAME\.json/m);
});
