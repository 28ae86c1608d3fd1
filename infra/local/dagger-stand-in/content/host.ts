import { createReadStream, lstatSync } from "node:fs";
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { StandInError } from "../errors.js";
import { directoryFilter, filterTree, pathFilter } from "./patterns.js";
import type { Store } from "./store.js";
import { type Entry, plainMode, type Tree } from "./tree.js";

const inMemory = 1 << 20;

/**
 * Copies a directory of this machine into the store. Owners are not copied: they are valid on this machine only.
 *
 * @param exclude Patterns of paths that are left out.
 * @param include Patterns of the only paths that are read; all by default.
 */
export async function readHostDirectory(
  store: Store,
  path: string,
  exclude: string[] = [],
  include: string[] = [],
): Promise<Tree> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory() && !(await isDirectory(path))) {
    throw new StandInError(`There is no directory ${path} on this machine.`);
  }
  const entries = new Map<string, Entry>();
  const selection = { keeps: pathFilter(include, exclude), enters: directoryFilter(include, exclude) };
  await walk(store, path, "", selection, entries);
  return filterTree(entries, { include, exclude });
}

/** Copies one file of this machine into the store. */
export async function readHostFile(store: Store, path: string): Promise<Entry & { type: "file" }> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new StandInError(`There is no file ${path} on this machine.`);
  return fileEntry(store, path, found.mode, found.size);
}

async function walk(
  store: Store,
  root: string,
  below: string,
  selection: Record<"keeps" | "enters", (path: string) => boolean>,
  entries: Map<string, Entry>,
): Promise<void> {
  for (const { name } of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === "" ? name : `${below}/${name}`;
    const full = join(root, path);
    const found = lstatSync(full);
    if (!(found.isDirectory() ? selection.enters : selection.keeps)(path)) continue;
    if (found.isDirectory()) {
      entries.set(path, { type: "directory", mode: plainMode("directory", found.mode) });
      await walk(store, root, path, selection, entries);
    } else if (found.isSymbolicLink()) {
      entries.set(path, { type: "link", mode: 0o777, target: await readlink(full) });
    } else if (found.isFile()) {
      entries.set(path, await fileEntry(store, full, found.mode, found.size));
    }
  }
}

async function fileEntry(store: Store, path: string, mode: number, size: number): Promise<Entry & { type: "file" }> {
  const blob = size <= inMemory ? await store.put(await readFile(path)) : await store.putStream(createReadStream(path));
  return { type: "file", mode: plainMode("file", mode), ...blob };
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
