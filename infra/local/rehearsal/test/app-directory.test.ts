import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { makeCommit, openAppDirectory } from "../app-directory.js";
import { BadInput } from "../bad-input.js";

let root: string;
const git = (...args: string[]) => execFileSync("git", ["-C", root, ...args], { encoding: "utf8" });
const open = (path: string, build = {}) => openAppDirectory(join(root, path), build, "target.json");
const refused = (path: string, build: object, message: RegExp) =>
  assert.rejects(open(path, build), (error) => error instanceof BadInput && message.test(error.message));

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "slipway-app-"));
  for (const service of ["services/web", "services/api"]) {
    await mkdir(join(root, service), { recursive: true });
    await writeFile(join(root, service, "Dockerfile"), "FROM scratch\n");
  }
});
afterEach(() => rm(root, { recursive: true }));

const commit = () => {
  git("init", "--quiet");
  git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--allow-empty", "-m", "first");
};

test("a repository is built as its target states, without further flags", async () => {
  commit();
  const { context, flags, hasCommit } = await open("", { context: "services/web" });
  assert.deepEqual({ context, flags, hasCommit }, { context: join(root, "services/web"), flags: [], hasCommit: true });
});

test("a service's directory in a repository is passed with --app, unless its target leads there", async () => {
  commit();
  assert.deepEqual((await open("services/web")).flags, ["--app", join(root, "services/web")]);
  assert.deepEqual((await open("services/web", { context: "services/web" })).flags, []);
});

test("a directory that is to be a repository of its own is built by its target's path", async () => {
  commit();
  await mkdir(join(root, "example/app"), { recursive: true });
  await writeFile(join(root, "example/app/Dockerfile"), "FROM scratch\n");
  assert.deepEqual((await open("example", { context: "app" })).flags, ["--app", join(root, "example/app")]);
});

test("a directory other than the target's is refused with both and the repository to name", async () => {
  commit();
  await refused(
    "services/web",
    { context: "services/api" },
    /builds "services\/api" .*--app names "services\/web"\. Name the repository: --app \//s,
  );
});

test("a directory that is not there, a file, and one without a Dockerfile are refused", async () => {
  await refused("none", {}, /^--app ".*none" is not a directory/);
  await refused("services/web/Dockerfile", {}, /is not a directory/);
  await refused("services", {}, /^There is no Dockerfile in .*services\. Accepted: .*"context"/);
  await refused("services/web", { dockerfile: "deploy/Dockerfile" }, /^There is no deploy\/Dockerfile in /);
});

test("without git, and in a repository without a commit, there is no commit", async () => {
  assert.equal((await open("services/web")).hasCommit, false);
  git("init", "--quiet");
  assert.equal((await open("services/web")).hasCommit, false);
});

test("uncommitted changes leave the commit as it is", async () => {
  commit();
  await writeFile(join(root, "changed"), "");
  assert.equal((await open("services/web")).hasCommit, true);
});

test("the commit that stands for none is made again over an earlier one", async () => {
  const path = join(root, "commit");
  await makeCommit(path);
  await makeCommit(path);
  assert.match(execFileSync("git", ["-C", path, "rev-parse", "HEAD"], { encoding: "utf8" }), /^[0-9a-f]{40}\n$/);
});
