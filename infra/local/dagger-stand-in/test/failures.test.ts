import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type TestModule, testModule } from "./support/module.js";
import { greeter, trial } from "./support/sources.js";

let module: TestModule;

before(async () => {
  module = await testModule(trial);
});
after(() => module.remove());

test("a function that throws ends with 1 and its message in full", async () => {
  const { exitCode, stdout, stderr } = await module.call(["fail"]);
  assert.match(stderr, /\n\nError: It can't be done: no wood\. \[traceparent:[0-9a-f]{32}-[0-9a-f]{16}\]\n$/);
  assert.deepEqual([exitCode, stdout], [1, ""]);
});

test("a missing field of the API is reported by its name", async () => {
  const { exitCode, stderr } = await module.call(["unknown"]);
  assert.match(stderr, /^Error: The stand-in for the Dagger engine does not offer Container\.terminal: /m);
  assert.equal(exitCode, 1);
});

test("a secret reaches its function and is not shown", async () => {
  const env = { PATH: process.env.PATH, TOKEN: "hunter22" };
  const { stdout, stderr } = await module.call(["length-of", "--secret", "env://TOKEN"], { env });
  assert.equal(stdout, "8");
  assert.match(stderr, / address\(value: "env:\/\/TOKEN"\): Address!\n/);
  assert.doesNotMatch(stderr, /hunter22/);
});

test(".env stands in for flags by function and argument, and a flag wins", async () => {
  await module.write({
    ".env": 'GREET_USERNAME="Ada"\nGREET_USER_NAME=wrong\n',
  });
  assert.equal((await module.call(["greet"])).stdout, "hello Ada in red");
  assert.equal((await module.call(["greet", "--user-name", "Bob"])).stdout, "hello Bob in red");
  assert.match((await module.call(["greet", "--help"])).stdout, /--user-name string .*\(default: "Ada" of \.env\)/);
});

test("the nearest .env upward wins, with keys that begin with the module's name", async () => {
  await module.write({ ".env": "GREET_USERNAME=Ada\n", "below/.env": "TRIAL_GREET_USERNAME=Bob\nGREET_USERNAME=Cy\n" });
  assert.equal((await module.call(["greet"], { cwd: join(module.path, "below") })).stdout, "hello Bob in red");
});

test("a constructor's arguments come from .env by their bare names, and before the function", async () => {
  const made = await testModule(greeter);
  await made.write({ ".env": "greeting=hey\n" });
  const help = await made.call(["--help"]);
  const hey = await made.call(["greet", "--name", "Ada"]);
  const hi = await made.call(["--greeting", "hi", "greeting"]);
  await made.remove();
  assert.deepEqual([hi.stdout, hey.stdout], ["hi", "hey Ada"]);
  assert.match(help.stdout, /--greeting string +The greeting \(default: "hey" of \.env\)/);
});

test("an aborted call ends the module, with the exit code that the engine has without a terminal", async () => {
  const abort = new AbortController();
  const running = module.call(["leave"], { signal: abort.signal });
  abort.abort(new Error("Ctrl-C"));
  const { exitCode, stderr } = await running;
  assert.equal(exitCode, 1);
  assert.match(stderr, /\nCanceled\.\n$/);
});

test("a module that the SDK can't read is refused with the SDK's error", async () => {
  const broken = await testModule(
    'import { func, object } from "@dagger.io/dagger";\n@object()\nexport class Trial {\n  @func()\n  a(b: String): string {\n    return "";\n  }\n}\n',
  );
  const { exitCode, stderr } = await broken.call(["functions"]);
  await broken.remove();
  assert.match(
    stderr,
    /^Error: The SDK can't read the module: Use of primitive 'String' type detected, please use 'string' instead\. \[/m,
  );
  assert.equal(exitCode, 1);
});

test("a directory without a module, and a module of another engine, are refused", async () => {
  assert.match((await module.call(["functions", "-m", "/"])).stderr, /There is no dagger\.json in \/ or above it/);
  await module.write({
    "old/dagger.json":
      '{ "name": "old", "engineVersion": "v0.20.0", "sdk": { "source": "typescript" }, "source": "../ci" }',
  });
  assert.match(
    (await module.call(["-m", "old", "functions"])).stderr,
    /states engine 0\.20\.0, and the SDK in .* is 0\.21\.8/,
  );
});
