import { constants, lstatSync, readlinkSync, type Stats } from "node:fs";
import { mkdir, open, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Readable } from "node:stream";
import { StandInError } from "../errors.js";
import type { Store } from "./store.js";
import { type Entry, plainMode, sorted, type Tree } from "./tree.js";

/**
 * Returns the absolute path of an export's destination on this machine.
 *
 * @param path Absolute, or relative to `cwd`.
 * @throws {StandInError} The path is a symbolic link or leads through one below `cwd`: the files would be written to a place that the user did not name.
 */
export function exportTarget(cwd: string, path: string): string {
  const target = resolve(cwd, path);
  const below = relative(cwd, target);
  const outside = isAbsolute(below) || below === ".." || below.startsWith(`..${sep}`);
  const names = outside || below === "" ? [] : below.split(sep);
  const named = outside ? [target] : names.map((_, index) => join(cwd, ...names.slice(0, index + 1)));
  for (const part of named) {
    if (!find(part)?.isSymbolicLink()) continue;
    throw new StandInError(
      `${path} can't be written: ${part} is a symbolic link to ${readlinkSync(part)}. Pass the path that the link leads to.`,
    );
  }
  return target;
}

/** Writes a tree to this machine and overwrites files. Existing links are replaced, never followed. */
export async function writeHostDirectory(store: Store, tree: Tree, path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  const entries = sorted(tree);
  for (const [name, entry] of entries) {
    if (entry.type === "directory") await becomeDirectory(join(path, name));
    else await writeHostEntry(store, entry, join(path, name));
  }
  // Modes are set last, inner directories first: a mode can forbid writing.
  for (const [name, { type, mode }] of entries.reverse()) {
    if (type === "directory") await setMode(join(path, name), plainMode(type, mode));
  }
}

/** Writes a file or a link, with the directories above it, and replaces an existing file or link. */
export async function writeHostEntry(
  store: Store,
  entry: Exclude<Entry, { type: "directory" }>,
  path: string,
): Promise<void> {
  await makeWay(path);
  if (entry.type === "link") return symlink(entry.target, path);
  await writeNew(path, store.open(entry.digest), plainMode("file", entry.mode));
}

/** Writes a text file and replaces an existing file. */
export async function writeHostText(path: string, text: string): Promise<void> {
  await makeWay(path);
  await writeNew(path, text, 0o666 & ~process.umask());
}

async function makeWay(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const found = find(path);
  if (found && !found.isFile() && !found.isSymbolicLink()) {
    const kind = found.isDirectory() ? "a directory" : "no regular file";
    throw new StandInError(`${path} can't be written: it is ${kind}. Remove it, or pass another path.`);
  }
  await rm(path, { force: true });
}

/** Creates a file. `wx` fails if the file exists: no link that appears meanwhile is followed, and no file with a second name is changed. */
async function writeNew(path: string, content: string | Readable, mode: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await writeFile(file, content);
    await file.chmod(mode);
  } finally {
    await file.close();
  }
}

async function becomeDirectory(path: string): Promise<void> {
  const found = find(path);
  if (found?.isDirectory()) return;
  if (found) await rm(path);
  await mkdir(path);
}

async function setMode(path: string, mode: number): Promise<void> {
  const directory = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await directory.chmod(mode);
  } finally {
    await directory.close();
  }
}

function find(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
