import assert from "node:assert/strict";
import { test } from "node:test";
import type { Directory } from "@dagger.io/dagger";
import { readTarget, typed } from "../../lib/commands/destination.js";

/** An engine directory with the calls that reading targets needs. */
function directory(files: Record<string, string>): Directory {
  const file = (path: string) => ({
    contents: async () => files[path] ?? Promise.reject(new Error(`${path}: no such file`)),
  });
  return { entries: async () => Object.keys(files), file } as unknown as Directory;
}

const production = {
  region: "us-west-2",
  account: "123456789012",
  cluster: "c",
  service: "s",
  family: "f",
  container: "app",
  repository: "team/app",
  containerPort: 5000,
};

test("a target is read by its name", async () => {
  const targets = directory({ "production.json": JSON.stringify(production), "staging.json": "{" });
  assert.equal((await readTarget(targets, "production")).repository, "team/app");
});

/** Files beside the targets that are not targets. */
const beside = { "target.schema.json": "", "production.terraform.json": "" };

test("an unknown target is refused, naming the existing ones", async () => {
  const targets = directory({ "production.json": "", "staging.json": "", "README.md": "", ...beside });
  for (const name of ["prod", "", "../production", "README.md"]) {
    await assert.rejects(readTarget(targets, name), {
      code: "unknown-target",
      message: /Accepted: production, staging\./,
    });
  }
  await assert.rejects(readTarget(directory({}), "production"), { message: /holds no \.json file/ });
});

test("the closest target is suggested, and of many the nearest are shown", async () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`service-${10 + n}.json`, ""]));
  const targets = directory({ ...many, "production.json": "" });
  await assert.rejects(readTarget(targets, "Production"), {
    message: /Did you mean "production"\? Accepted: .*, and 21 more\./,
  });
});

test("a target that is not valid is refused with its file's name", async () => {
  await assert.rejects(readTarget(directory({ "staging.json": "{" }), "staging"), {
    code: "bad-target",
    message: /^staging\.json is not JSON/,
  });
});

test("a command to type begins as the functions are called in the user's repository", async () => {
  const toolchain = directory({ "dagger.json": JSON.stringify({ toolchains: [{ name: "slipway", source: "x" }] }) });
  const own = directory({ "dagger.json": JSON.stringify({ name: "slipway", sdk: { source: "typescript" } }) });
  const words = (repository: Directory, name = "production") => typed({ name, repository }).call();
  assert.equal(await words(toolchain), "dagger call slipway");
  assert.equal(await words(toolchain, "staging"), "dagger call slipway --target staging");
  assert.equal(await words(own, "staging"), "dagger call --target staging");
  assert.equal(await words(directory({})), "dagger call");
});
