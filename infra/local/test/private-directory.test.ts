import assert from "node:assert/strict";
import { chmod, chown, mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Store } from "../dagger-stand-in/content/store.js";
import { makePrivateDirectory } from "../private-directory.js";
import { temporary } from "./support/checkout.js";
import { run } from "./support/command.js";

const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;

test("a private directory, and each that is made above it, can be entered by its owner alone", async (t) => {
  const path = join(await temporary(t), "a/b");
  assert.deepEqual(makePrivateDirectory(path), { wasOpen: false });
  assert.deepEqual([await modeOf(path), await modeOf(join(path, ".."))], [0o700, 0o700]);
});

for (const [mode, wasOpen] of [
  [0o755, false],
  [0o775, true],
  [0o777, true],
] as const) {
  test(`a directory of mode ${mode.toString(8)} is narrowed`, async (t) => {
    const path = await temporary(t);
    await chmod(path, mode);
    assert.deepEqual(makePrivateDirectory(path), { wasOpen });
    assert.equal(await modeOf(path), 0o700);
  });
}

test("a symbolic link in a private directory's place is refused", async (t) => {
  const path = await temporary(t);
  await mkdir(join(path, "real"));
  await symlink("real", join(path, "link"));
  assert.throws(() => makePrivateDirectory(join(path, "link")), /link is a symbolic link to real\. Move it away, or /);
});

/** A directory that belongs to another user. */
async function foreign(path: string): Promise<string> {
  if (process.geteuid?.() !== 0) return "/";
  await mkdir(path);
  await chown(path, 65534, 65534);
  return path;
}

test("another user's directory is refused", async (t) => {
  const path = await foreign(join(await temporary(t), "theirs"));
  assert.throws(
    () => makePrivateDirectory(path),
    / belongs to user \d+; this process runs as user \d+\. Move it away, /,
  );
});

test("a store is private, and what others may have put into it is made anew", async (t) => {
  const path = join(await temporary(t), "store");
  await new Store(path).keep("key", "mine");
  assert.equal(await modeOf(path), 0o700);
  assert.equal(await new Store(path).recall("key"), "mine");

  await chmod(path, 0o777);
  await writeFile(join(path, "theirs"), "");
  const again = new Store(path);
  assert.equal(await again.recall("key"), undefined);
  assert.deepEqual((await readdir(path)).sort(), ["blobs", "results"]);
});

test("a command whose store belongs to another user ends with exit code 2 and no stack", {
  skip: process.geteuid?.() !== 0,
}, async (t) => {
  const cwd = await temporary(t);
  await mkdir(join(cwd, "slipway"));
  await foreign(join(cwd, "slipway/dagger-stand-in"));
  const { exitCode, output } = await run(["call", "--help"], { cwd, env: { XDG_CACHE_HOME: cwd } }).ended;
  assert.match(
    output,
    /^Error: .*\/slipway\/dagger-stand-in belongs to user 65534; this process runs as user 0\. .*\n$/,
  );
  assert.equal(exitCode, 2);
});
