import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type TestModule, testModule } from "./support/module.js";
import { greeter, trial } from "./support/trial.js";

let module: TestModule;

before(async () => {
  module = await testModule(trial);
});
after(() => module.remove());

test("a function that throws ends with 1 and its message in full", async () => {
  const { exitCode, stdout, stderr } = await module.call(["fail"]);
  assert.equal(stderr, "Error: It can't be done: no wood.\n");
  assert.deepEqual([exitCode, stdout], [1, ""]);
});

test("a function that ends its process passes on its exit code and what it wrote to stderr", async () => {
  const { exitCode, stdout, stderr } = await module.call(["leave"]);
  assert.equal(stderr, "on the way\nError: leave ended its process: exit code: 3\nStderr:\nrolled back\n");
  assert.deepEqual([exitCode, stdout], [3, ""]);
});

test("what the stand-in does not offer is said by name", async () => {
  const { exitCode, stderr } = await module.call(["unknown"]);
  assert.match(stderr, /^Error: The stand-in for the Dagger engine does not offer Container\.terminal: /);
  assert.equal(exitCode, 1);
});

test("a secret is read from a variable, a file or a command, and never shown", async () => {
  const env = { PATH: process.env.PATH, TOKEN: "hunter22" };
  await module.write({ "token.txt": "hunter22" });
  for (const secret of ["env://TOKEN", "file://token.txt", "cmd://printf hunter22"]) {
    const { stdout, stderr } = await module.call(["length-of", "--secret", secret], { env });
    assert.equal(stdout, "8");
    assert.doesNotMatch(stderr, /hunter22/);
  }
});

test("a secret that can't be read is an error that names it", async () => {
  const wrong: [string, RegExp][] = [
    ["env://ABSENT", /the variable ABSENT is not set/],
    ["file://absent.txt", /file:\/\/absent\.txt can't be read: ENOENT/],
    ["cmd://exit 4", /the command ended with 4/],
    ["hunter22", /given as env:\/\/NAME, file:\/\/PATH or cmd:\/\/COMMAND/],
  ];
  for (const [secret, expected] of wrong) {
    const { exitCode, stderr } = await module.call(["length-of", "--secret", secret]);
    assert.match(stderr, expected);
    assert.doesNotMatch(stderr, /hunter22/);
    assert.equal(exitCode, 1);
  }
});

test(".env stands in for flags by function and argument, and a flag wins", async () => {
  await module.write({
    ".env": 'GREET_USERNAME="Ada"\nGREET_USER_NAME=wrong\nlengthOf_secret=env://TOKEN\n',
  });
  assert.equal((await module.call(["greet"])).stdout, "hello Ada in red");
  assert.equal((await module.call(["greet", "--user-name", "Bob"])).stdout, "hello Bob in red");
  assert.equal((await module.call(["length-of"], { env: { PATH: process.env.PATH, TOKEN: "123" } })).stdout, "3");
  assert.match((await module.call(["greet", "--help"])).stdout, /--user-name string .*\(default: "Ada" of \.env\)/);
});

test("the nearest .env upward wins, with keys that begin with the module's name", async () => {
  await module.write({ ".env": "GREET_USERNAME=Ada\n", "below/.env": "TRIAL_GREET_USERNAME=Bob\nGREET_USERNAME=Cy\n" });
  assert.equal((await module.call(["greet"], { cwd: join(module.path, "below") })).stdout, "hello Bob in red");
});

test("a constructor's arguments come before the function, or from .env by their bare names", async () => {
  const made = await testModule(greeter);
  const hi = await made.call(["--greeting", "hi", "greet", "--name", "Ada"]);
  await made.write({ ".env": "greeting=hey\n" });
  const hey = await made.call(["greet", "--name", "Ada"]);
  const help = await made.call(["--help"]);
  await made.remove();
  assert.deepEqual([hi.stdout, hey.stdout], ["hi Ada", "hey Ada"]);
  assert.match(help.stdout, /--greeting string +What to say \(default: "hey" of \.env\)/);
});

test("an aborted call ends the module and answers as an interrupt does", async () => {
  const abort = new AbortController();
  const running = module.call(["leave"], { signal: abort.signal });
  abort.abort(new Error("Ctrl-C"));
  const { exitCode, stderr } = await running;
  assert.deepEqual([exitCode, stderr], [130, "Canceled.\n"]);
});

test("a module that the SDK can't read is told in the SDK's words", async () => {
  const broken = await testModule(
    'import { func, object } from "@dagger.io/dagger";\n@object()\nexport class Trial {\n  @func()\n  a(b: String): string {\n    return "";\n  }\n}\n',
  );
  const { exitCode, stderr } = await broken.call(["functions"]);
  await broken.remove();
  assert.match(stderr, /The SDK can't read the module\.[\s\S]*Use of primitive 'String' type detected/);
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
    /asks for the engine 0\.20\.0, and the SDK in .* is 0\.21\.8/,
  );
});
