import assert from "node:assert/strict";
import { test } from "node:test";
import type { Listed } from "../content/listing.js";
import { filterTree } from "../content/patterns.js";
import { type Entry, subtree, type Tree, withEntries } from "../content/tree.js";
import { copied, findSources, modeChange, type Source, type Target } from "../dockerfile/copy.js";
import { ignorePatterns } from "../dockerfile/ignore.js";

const file = (mode = 0o644): Entry => ({ type: "file", mode, digest: "sha256:0", size: 0 });
const link = (target: string): Entry => ({ type: "link", mode: 0o777, target });
const treeOf = (...paths: string[]): Tree =>
  withEntries(
    new Map(),
    paths.map((path): [string, Entry] => [path, file()]),
  );
const image = new Map<string, Listed>([
  ["bin", { type: "link", target: "usr/bin" }],
  ["usr", { type: "directory" }],
  ["usr/bin", { type: "directory" }],
  ["tmp", { type: "directory" }],
]);

/** Copies a context's paths as COPY does. @returns The paths that the layer has. */
function copy(tree: Tree, patterns: string[], destination: string, more: Partial<Target> = {}): string[] {
  return [...copyTree(tree, patterns, destination, more).keys()].sort();
}

function copyTree(tree: Tree, patterns: string[], destination: string, more: Partial<Target> = {}): Tree {
  const paths = patterns.flatMap((pattern) => findSources(tree, pattern, "the context"));
  const sources = paths.map((path): Source => {
    const entry = tree.get(path) ?? { type: "directory", mode: 0o755 };
    return { name: path.slice(path.lastIndexOf("/") + 1), entry, content: subtree(tree, path) ?? new Map() };
  });
  const isDirectory = destination.endsWith("/") || paths.length > 1;
  return copied(sources, { path: destination.replace(/^\/|\/$/g, ""), isDirectory, image, ...more });
}

test("a file becomes the destination, or goes into it when it is a directory", () => {
  const tree = treeOf("a.txt", "d/b.txt");
  assert.deepEqual(copy(tree, ["a.txt"], "/new"), ["new"]);
  assert.deepEqual(copy(tree, ["a.txt"], "/new/"), ["new", "new/a.txt"]);
  assert.deepEqual(copy(tree, ["a.txt"], "/tmp"), ["tmp/a.txt"]);
  assert.deepEqual(copy(tree, ["d/b.txt", "a.txt"], "/x/"), ["x", "x/a.txt", "x/b.txt"]);
});

test("of a directory the content is copied, and a directory that is there keeps its mode", () => {
  const tree = treeOf("d/b.txt", "d/e/f.txt");
  assert.deepEqual(copy(tree, ["d"], "/tmp"), ["tmp/b.txt", "tmp/e", "tmp/e/f.txt"]);
  assert.deepEqual(copy(tree, ["d"], "/new/deep"), [
    "new",
    "new/deep",
    "new/deep/b.txt",
    "new/deep/e",
    "new/deep/e/f.txt",
  ]);
  assert.deepEqual(copy(tree, ["."], "/"), ["d", "d/b.txt", "d/e", "d/e/f.txt"]);
});

test("links of the image are followed: what is copied to /bin goes where /bin leads", () => {
  assert.deepEqual(copy(treeOf("tool"), ["tool"], "/bin/"), ["usr/bin/tool"]);
  assert.deepEqual(copy(treeOf("root/bin/tool"), ["root"], "/"), ["usr/bin", "usr/bin/tool"]);
});

test("wildcards stay within a name, and a source that is a link is what it leads to", () => {
  const tree = withEntries(treeOf("a1.py", "a2.py", "b.txt", "d/a3.py", "d/x.txt"), [["l", link("d/x.txt")]]);
  assert.deepEqual(copy(tree, ["a*.py"], "/x"), ["x", "x/a1.py", "x/a2.py"]);
  assert.deepEqual(copy(tree, ["*/a?.py"], "/x/"), ["x", "x/a3.py"]);
  assert.deepEqual(findSources(tree, "l", "it"), ["d/x.txt"]);
  assert.deepEqual(findSources(tree, "../d/../b.txt", "it"), ["b.txt"]);
  assert.throws(() => findSources(tree, "c*", "the build context"), /"c\*" matches nothing in the build context/);
});

test("owners and modes are those that are named, also of directories that are made", () => {
  const owner = { uid: 7, gid: 8 };
  const tree = copyTree(
    withEntries(new Map(), [
      ["d/run", file(0o700)],
      ["d/x", file(0o600)],
    ]),
    ["d"],
    "/n/m",
    {
      owner,
      mode: modeChange("u=rwX,go=rX"),
    },
  );
  assert.deepEqual(
    [...tree].map(([path, entry]) => [path, entry.mode, entry.owner]),
    [
      ["n", 0o755, owner],
      ["n/m", 0o755, owner],
      ["n/m/run", 0o755, owner],
      ["n/m/x", 0o644, owner],
    ],
  );
  assert.equal(modeChange("640")(file()), 0o640);
  assert.equal(modeChange("a+x,o-r")(file()), 0o751);
  assert.throws(() => modeChange("999"), /--chmod=999 is not a mode. Accepted: octal/);
});

const ignored: [name: string, file: string, left: string[]][] = [
  ["a name is that of the root alone", "b", ["a/b", "a/c", "d.md"]],
  ["** is any directory", "**/b", ["a/c", "d.md"]],
  ["a later line brings back what an earlier one takes", "*\n!a/c", ["a/c"]],
  ["the last line that matches decides", "!a\n*.md\na", ["b"]],
  ["comments, spaces, slashes and dots", "# b\n  ./a/  \n/d.md\n\n!", ["b"]],
];
for (const [name, text, left] of ignored) {
  test(`.dockerignore: ${name}`, () => {
    const tree = filterTree(treeOf("a/b", "a/c", "b", "d.md"), { exclude: ignorePatterns(text) });
    const files = [...tree].filter(([, { type }]) => type === "file").map(([path]) => path);
    assert.deepEqual(files.sort(), left);
  });
}
