import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type TestModule, testModule } from "./support/module.js";
import { trial } from "./support/sources.js";

let module: TestModule;

before(async () => {
  module = await testModule(trial);
});
after(() => module.remove());

test("functions are listed with the first line of what they do", async () => {
  const { exitCode, stdout } = await module.call(["functions"]);
  assert.equal(exitCode, 0);
  assert.match(stdout, /^Name +Description$/m);
  assert.match(stdout, /^greet +Greet a user\.$/m);
  assert.match(stdout, /^length-of +-$/m);
});

test("every level has help, with the module's descriptions", async () => {
  assert.match((await module.call(["--help"])).stdout, /A module to try things with[\s\S]*^FUNCTIONS[\s\S]*greet/m);
  const { stdout } = await module.call(["greet", "--help"]);
  assert.match(stdout, /At length\.\n\nUSAGE\n {2}npm run call -- greet \[arguments\]/);
  assert.match(stdout, /--user-name string +Name of the user \[required\]/);
  assert.match(stdout, /--times int +\(default: 1\)/);
  assert.match(stdout, /--colour Red,Blue/);
  assert.match((await module.call(["pass", "export", "--help"])).stdout, /--path string/);
});

test("flags become values of the types that the function declares", async () => {
  const words = [
    "greet",
    "--user-name",
    "Ada",
    "--times=2",
    "--loud",
    "--colour",
    "blue",
    "--others",
    "Bob,Cy",
    "--others=Di",
  ];
  const { exitCode, stdout } = await module.call(words);
  assert.equal(stdout, "HELLO ADA AND BOB AND CY AND DI IN BLUE, HELLO ADA AND BOB AND CY AND DI IN BLUE");
  assert.equal(exitCode, 0);
});

test("a flag may be written as the argument is in the source", async () => {
  assert.equal((await module.call(["greet", "--userName", "Ada"])).stdout, "hello Ada in red");
});

test("a wrong command line is refused before anything runs", async () => {
  const wrong: [string[], RegExp][] = [
    [["greet"], /^Error: required flag\(s\) "user-name" not set \[.*\nRun /m],
    [["greet", "--nope"], /^Error: unknown flag: --nope\. Accepted here: --user-name, --times, .*, --help\. \[/m],
    [["gret"], /^Error: unknown command "gret" for "npm run call --"\. Accepted: environment, fail/m],
    [["greet", "--user-name"], /^Error: flag needs an argument: --user-name/m],
    [
      ["greet", "--user-name", "A", "--times", "x"],
      /invalid argument "x" for "--times" flag\. Accepted: a whole number/,
    ],
    [["greet", "--user-name", "A", "--colour", "green"], /Accepted: one of Red, Blue/],
    [
      ["pass", "--directory", "nowhere"],
      /failed to get value for argument "directory": There is no directory \/.*\/nowhere on/,
    ],
  ];
  for (const [words, expected] of wrong) {
    const { exitCode, stdout, stderr } = await module.call(words);
    assert.match(stderr, expected);
    assert.deepEqual([exitCode, stdout], [1, ""]);
  }
});

test("an object's fields and functions are called one after the other", async () => {
  assert.equal((await module.call(["verdict", "loud", "--mark", "?"])).stdout, "DEPLOYED?");
  assert.equal((await module.call(["--json", "verdict", "count"])).stdout, "3\n");
});

test("a directory comes from the repository by default, without what the argument ignores", async () => {
  await module.write({ "files/a/one.txt": "1", "files/skipped/two.txt": "2" });
  assert.equal((await module.call(["list"])).stdout, "a\na/one.txt\n");
  assert.equal(
    (await module.call(["list", "--files", "."], { cwd: join(module.path, "files/a") })).stdout,
    "one.txt\n",
  );
});

test("a directory that a function answers is saved by export and by --output", async () => {
  await module.write({ "given/yes.txt": "1", "given/no.md": "2" });
  await module.call(["pass", "--directory", "given", "export", "--path", "saved"]);
  assert.equal(await readFile(join(module.path, "saved/yes.txt"), "utf8"), "1");
  await module.call(["pass", "--directory", "given", "file", "--path", "yes.txt", "-o", "one.txt"]);
  assert.equal(await readFile(join(module.path, "one.txt"), "utf8"), "1");
});

test("the repository's commit is known, and whether anything lies beside it", async () => {
  const commit = execFileSync("git", ["-C", module.path, "rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  await module.write({ "untracked.txt": "x" });
  assert.equal((await module.call(["revision"])).stdout, `${commit} false`);
  assert.match(
    (await module.call(["revision", "--repository", "/"])).stderr,
    /requires a git repository; \/ has no \.git/,
  );
});

test("a service on this machine is reached through its address", async () => {
  const server = createServer((_, response) => response.end("it answers")).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    assert.equal((await module.call(["reach", "--service", `tcp://127.0.0.1:${port}`])).stdout, "it answers");
  } finally {
    server.close().closeAllConnections();
  }
  const { stderr } = await module.call(["reach", "--service", "nonsense"]);
  assert.match(stderr, /Accepted: such as tcp:\/\/127\.0\.0\.1:4566/);
});

test("what a pure function answered is kept until its content changes; cache never runs each time", async () => {
  const [first, second] = [await module.call(["random"]), await module.call(["random"])];
  assert.equal(first.stdout, second.stdout);
  assert.notEqual((await module.call(["fresh"])).stdout, (await module.call(["fresh"])).stdout);
});

test("the host's environment does not reach a function", async () => {
  const { stdout } = await module.call(["environment"], { env: { ...process.env, AWS_PROFILE: "prod" } });
  assert.equal(JSON.parse(stdout).AWS_PROFILE, undefined);
});
