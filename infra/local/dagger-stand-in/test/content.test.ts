import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { writeHostDirectory } from "../content/export.js";
import { readHostDirectory } from "../content/host.js";
import { packLayer } from "../content/pack.js";
import { filterTree, globTree } from "../content/patterns.js";
import { Store } from "../content/store.js";
import { type Entry, subtree, type Tree, treeDigest, withEntries } from "../content/tree.js";
import { readLayers } from "../content/unpack.js";

let path: string;
let store: Store;

before(async () => {
  path = await mkdtemp(join(tmpdir(), "slipway-content-"));
  store = new Store(join(path, "store"));
});
after(() => rm(path, { recursive: true, force: true }));

const file = async (content: string, mode = 0o644): Promise<Entry> => ({
  type: "file",
  mode,
  ...(await store.put(content)),
});

async function tree(files: Record<string, string>): Promise<Tree> {
  const entries = await Promise.all(
    Object.entries(files).map(async ([name, content]): Promise<[string, Entry]> => [name, await file(content)]),
  );
  return withEntries(new Map(), entries);
}

test("a host directory comes back from the store as it was", async () => {
  const source = join(path, "source");
  await mkdir(join(source, "sub"), { recursive: true });
  await writeFile(join(source, "sub/run.sh"), "#!/bin/sh\n");
  await chmod(join(source, "sub/run.sh"), 0o755);
  await symlink("sub/run.sh", join(source, "link"));
  const read = await readHostDirectory(store, source);
  await writeHostDirectory(store, read, join(path, "copy"));
  assert.equal(await readFile(join(path, "copy/link"), "utf8"), "#!/bin/sh\n");
  assert.equal(treeDigest(await readHostDirectory(store, join(path, "copy"))), treeDigest(read));
});

test("of a host directory, only directories are read in which a pattern may select a path", async (t) => {
  const source = join(path, "large");
  for (const name of ["node_modules/a/b", "infra/targets/deep", "src/one", "src/two"]) {
    await mkdir(join(source, name), { recursive: true });
    await writeFile(join(source, name, "x.json"), name);
  }
  const put = t.mock.method(store, "put").mock;
  for (const [include, names] of [
    [["infra/targets/**/*.json"], ["infra/targets/deep/x.json"]],
    [
      ["src/o*", "./infra/"],
      ["infra/targets/deep/x.json", "src/one/x.json"],
    ],
    [["infra/targets"], ["infra/targets/deep/x.json"]],
    [["src/one/x.json", "!src/one"], []],
    [["**/x.json"], ["infra/targets/deep/x.json", "node_modules/a/b/x.json", "src/one/x.json", "src/two/x.json"]],
  ] as [string[], string[]][]) {
    put.resetCalls();
    const read = await readHostDirectory(store, source, [], include);
    assert.deepEqual(globTree(read, "**/*.json"), names);
    assert.equal(put.callCount(), names.length);
    const whole = filterTree(await readHostDirectory(store, source), { include });
    assert.equal(treeDigest(read), treeDigest(whole));
  }
});

test("patterns keep and leave out as Dagger's do", async () => {
  const files = await tree({ "a/b/__pycache__/x.pyc": "1", "a/y.py": "2", "c/__pycache__/z.pyc": "3" });
  assert.deepEqual([...filterTree(files, { exclude: ["**/__pycache__"] }).keys()].sort(), ["a", "a/b", "a/y.py", "c"]);
  assert.deepEqual([...filterTree(files, { include: ["**/*.py"] }).keys()], ["a", "a/y.py"]);
  assert.deepEqual([...filterTree(files, { include: ["a"], exclude: ["a/*", "!a/y.py"] }).keys()], ["a", "a/y.py"]);
});

test("a glob names whole paths only", async () => {
  const files = await tree({ "a/x.py": "1", "a/b/y.py": "2", "z.txt": "3" });
  assert.deepEqual(globTree(files, "**/*.py"), ["a/b/y.py", "a/x.py"]);
  assert.deepEqual(globTree(files, "a"), ["a"]);
});

test("the same tree packs to the same bytes, in any order of its entries", async () => {
  const one = await packLayer(store, await tree({ a: "1", "d/b": "2" }));
  const other = await packLayer(store, new Map([...(await tree({ "d/b": "2", a: "1" }))].reverse()));
  assert.deepEqual(one, other);
});

test("layers read back as the tree that they make, removals and owners included", async () => {
  const bottom = await tree({ "etc/keep": "1", "etc/removed": "2", "srv/other": "3" });
  const owned: Tree = new Map([["etc/mine", { ...(await file("4")), owner: { uid: 10001, gid: 10001 } }]]);
  const layers = [await packLayer(store, bottom), await packLayer(store, owned, ["etc/removed"])];
  const read = await readLayers(store, layers, "etc");
  assert.deepEqual([...read.keys()].sort(), ["etc", "etc/keep", "etc/mine"]);
  assert.deepEqual(read.get("etc/mine")?.owner, { uid: 10001, gid: 10001 });
  assert.deepEqual([...(subtree(read, "etc") ?? [])].map(([name]) => name).sort(), ["keep", "mine"]);
});

test("what was made once is not made again, unless what was kept is of no use", async () => {
  let made = 0;
  const make = async () => ++made;
  assert.equal(await store.once("k", make), 1);
  assert.equal(await store.once("k", make), 1);
  assert.equal(await store.once("k", make, () => false), 2);
});
