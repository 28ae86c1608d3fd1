import type { Blob } from "./store.js";
import { sha256 } from "./store.js";

/** Owner of a file, by number: names are defined by each image. */
export interface Owner {
  uid: number;
  gid: number;
}

export type Entry = { mode: number; owner?: Owner } & (
  | ({ type: "file" } & Blob)
  | { type: "link"; target: string }
  | { type: "directory" }
);

/** Single file. */
export interface FileContent {
  name: string;
  entry: Entry & { type: "file" };
}

/** Content of a directory: every path in it, relative, without a trailing slash, parents included. Immutable. */
export type Tree = ReadonlyMap<string, Entry>;

/**
 * Returns the permission bits that are kept of a file or directory of foreign origin: neither set-user-ID nor set-group-ID, and the
 * sticky bit of directories only. https://man7.org/linux/man-pages/man7/inode.7.html
 */
export function plainMode(type: Entry["type"], mode: number): number {
  return mode & (type === "directory" ? 0o1777 : 0o777);
}

/** Normalizes a path: no leading or trailing slashes, `.` and `..` resolved. The root is the empty string. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function isWithin(path: string, directory: string): boolean {
  return directory === "" || path === directory || path.startsWith(`${directory}/`);
}

/** Returns a tree with these entries on top: a file hides the former content below it. */
export function withEntries(tree: Tree, entries: Iterable<[string, Entry]>): Tree {
  const result = new Map(tree);
  for (const [path, entry] of entries) {
    addParents(result, path);
    if (entry.type !== "directory") removeBelow(result, path);
    result.set(path, entry);
  }
  return result;
}

/** Returns a directory's content with paths relative to it; undefined when there is no directory of that name. */
export function subtree(tree: Tree, directory: string): Tree | undefined {
  if (directory !== "" && tree.get(directory)?.type !== "directory") return undefined;
  const cut = directory === "" ? 0 : directory.length + 1;
  return new Map(
    [...tree]
      .filter(([path]) => path !== directory && isWithin(path, directory))
      .map(([path, entry]) => [path.slice(cut), entry]),
  );
}

/** Returns the same entries under another directory. */
export function moved(tree: Tree, to: string): [string, Entry][] {
  return [...tree].map(([path, entry]) => [[to, path].filter(Boolean).join("/"), entry]);
}

export function without(tree: Tree, path: string): Tree {
  return new Map([...tree].filter(([other]) => !isWithin(other, path)));
}

/** Returns a digest that depends on the content only, not on the order of the entries. */
export function treeDigest(tree: Tree): string {
  return sha256(JSON.stringify(sorted(tree)));
}

/** Sorts by path, byte by byte. */
export function sorted(tree: Tree): [string, Entry][] {
  return [...tree].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function addParents(tree: Map<string, Entry>, path: string): void {
  for (let parent = parentOf(path); parent !== ""; parent = parentOf(parent)) {
    const entry = tree.get(parent);
    if (entry?.type === "directory") continue;
    tree.set(parent, { type: "directory", mode: 0o755 });
  }
}

function removeBelow(tree: Map<string, Entry>, directory: string): void {
  if (tree.get(directory)?.type !== "directory") return;
  for (const path of tree.keys()) if (isWithin(path, directory)) tree.delete(path);
}
