import assert from "node:assert/strict";
import { chmod, link, mkdir, mkdtemp, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, test } from "node:test";
import tar from "tar-stream";
import { exportTarget, writeHostDirectory, writeHostEntry, writeHostText } from "../content/export.js";
import { readHostDirectory } from "../content/host.js";
import { Store } from "../content/store.js";
import { type Entry, type Tree, withEntries } from "../content/tree.js";
import { applyLayer } from "../content/unpack.js";

let path: string;
let store: Store;
/** A directory beside the destination that an export must not reach, and the destination itself. */
let outside: string;
let destination: string;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "slipway-export-"));
  store = new Store(join(path, "store"));
  [outside, destination] = [join(path, "outside"), join(path, "destination")];
  for (const directory of [outside, destination]) await mkdir(directory);
  await writeFile(join(outside, "precious"), "precious", { mode: 0o600 });
});
afterEach(() => rm(path, { recursive: true, force: true }));

type FileEntry = Entry & { type: "file" };
const file = async (content: string, mode = 0o644): Promise<FileEntry> => ({
  type: "file",
  mode,
  ...(await store.put(content)),
});
const modeOf = async (name: string) => (await stat(join(destination, name))).mode & 0o7777;

async function untouched() {
  const read = await readHostDirectory(store, outside);
  assert.deepEqual([...read], [["precious", { type: "file", mode: 0o600, ...(await store.put("precious")) }]]);
}

test("a link in a file's place is replaced, and what it leads to stays as it was", async () => {
  await symlink(join(outside, "precious"), join(destination, "a"));
  await writeHostDirectory(store, new Map([["a", await file("new")]]), destination);
  assert.equal(await readFile(join(destination, "a"), "utf8"), "new");
  await untouched();
});

test("a link in a directory's place is replaced by a directory", async () => {
  await symlink(outside, join(destination, "d"));
  const tree = withEntries(new Map(), [["d/precious", await file("new", 0o666)]]);
  await writeHostDirectory(store, tree, destination);
  assert.equal(await readFile(join(destination, "d/precious"), "utf8"), "new");
  await untouched();
});

test("a file that has a second name elsewhere is replaced under its name here alone", async () => {
  await link(join(outside, "precious"), join(destination, "a"));
  await writeHostDirectory(store, new Map([["a", await file("new", 0o777)]]), destination);
  assert.equal(await readFile(join(destination, "a"), "utf8"), "new");
  await untouched();
});

test("an archive's link to elsewhere is written as a link, and what lies below it there as files of its own", async () => {
  const archive = tar.pack();
  archive.entry({ name: "d", type: "symlink", linkname: outside });
  archive.entry({ name: "d/precious" }, "new");
  archive.entry({ name: "../../outside/precious" }, "new");
  archive.entry({ name: "l", type: "link", linkname: "../outside/precious" });
  archive.finalize();
  await writeHostDirectory(store, await applyLayer(store, new Map(), Readable.from(archive)), destination);
  assert.equal(await readFile(join(destination, "d/precious"), "utf8"), "new");
  await untouched();
});

for (const place of ["link", "link/below", "real/link/below"]) {
  test(`an export to ${place} that leads through a link is refused`, async () => {
    await mkdir(join(destination, "real"));
    for (const at of ["link", "real/link"]) await symlink(outside, join(destination, at));
    for (const given of [place, join(destination, place)])
      assert.throws(() => exportTarget(destination, given), /is a symbolic link to .*outside\. Pass the path that /);
    await untouched();
  });
}

test("an export outside the working directory is refused only where the last name is a link", async () => {
  await symlink(outside, join(path, "link"));
  const cwd = destination;
  assert.equal(exportTarget(cwd, join(path, "link/new")), join(path, "link/new"));
  assert.throws(() => exportTarget(cwd, "../link"), /is a symbolic link/);
  assert.equal(exportTarget(cwd, "."), cwd);
});

test("a result's text replaces a file, and is not written to a directory or a device", async () => {
  await link(join(outside, "precious"), join(destination, "a"));
  await writeHostText(join(destination, "a"), "new");
  await writeHostText(join(destination, "new/b"), "new");
  assert.equal(await readFile(join(destination, "a"), "utf8"), "new");
  assert.equal(await modeOf("new/b"), 0o666 & ~process.umask());
  await untouched();
  await assert.rejects(writeHostText(destination, "new"), /can't be written: it is a directory\. Remove it, or pass /);
  await assert.rejects(writeHostText("/dev/null", "new"), /can't be written: it is no regular file\./);
  await assert.rejects(writeHostEntry(store, await file("new"), destination), /can't be written: it is a directory/);
});

/** As an archive has them: a file and a directory with every bit. */
function allBits(): Readable {
  const archive = tar.pack();
  archive.entry({ name: "file", mode: 0o7755 }, "x");
  archive.entry({ name: "dir", type: "directory", mode: 0o7777 });
  archive.finalize();
  return Readable.from(archive);
}

test("set-user-ID and set-group-ID bits are not taken from an archive", async () => {
  const tree = await applyLayer(store, new Map(), allBits());
  assert.deepEqual(
    [...tree].map(([name, { mode }]) => [name, mode]),
    [
      ["file", 0o755],
      ["dir", 0o1777],
    ],
  );
});

test("set-user-ID and set-group-ID bits are neither written to this machine nor read from it", async () => {
  const tree: Tree = new Map<string, Entry>([
    ["file", await file("x", 0o6755)],
    ["dir", { type: "directory", mode: 0o6755 }],
  ]);
  await writeHostDirectory(store, tree, destination);
  assert.deepEqual([await modeOf("file"), await modeOf("dir")], [0o755, 0o755]);
  for (const name of ["file", "dir"]) await chmod(join(destination, name), 0o6755);
  const read = await readHostDirectory(store, destination);
  assert.deepEqual([read.get("file")?.mode, read.get("dir")?.mode], [0o755, 0o755]);
});

test("a directory that forbids writing is written with its content", async () => {
  const tree: Tree = new Map<string, Entry>([
    ["d", { type: "directory", mode: 0o555 }],
    ["d/l", { type: "link", mode: 0o777, target: "nowhere" }],
  ]);
  await writeHostDirectory(store, tree, destination);
  assert.equal(await readlink(join(destination, "d/l")), "nowhere");
  assert.equal(await modeOf("d"), 0o555);
  await chmod(join(destination, "d"), 0o755);
});
