import { type Listing, realPath } from "../content/listing.js";
import { globTree } from "../content/patterns.js";
import { type Entry, normalPath, type Owner, parentOf, type Tree } from "../content/tree.js";
import { StandInError } from "../errors.js";

/** A file or a directory to copy. */
export interface Source {
  name: string;
  entry: Entry;
  /** Entries of a directory, with paths relative to it. */
  content: Tree;
}

export interface Target {
  /** Absolute, without a leading slash. */
  path: string;
  /** The destination ends with a slash, or there are several sources. */
  isDirectory: boolean;
  /** Files of the image that it is copied to. */
  image: Listing;
  /** Absent: owners stay as they are in the source. */
  owner?: Owner;
  /** Returns the mode of an entry; absent: modes stay. */
  mode?: (entry: Entry) => number;
}

/**
 * Finds the paths that a source of COPY matches, and follows links: https://docs.docker.com/reference/dockerfile/#source
 *
 * @throws {StandInError} No path matches.
 */
export function findSources(files: Tree | Listing, pattern: string, where: string): string[] {
  const path = normalPath(pattern);
  if (path === "") return [""];
  const found = /[*?[\\]/.test(path) ? matching(files, path) : [realPath(files, path)].filter((one) => files.has(one));
  if (found.length > 0) return found.map((one) => realPath(files, one));
  throw new StandInError(
    `${JSON.stringify(pattern)} matches nothing in ${where}. Accepted: existing paths, and patterns that match them.`,
  );
}

/** Follows links before the first wildcard; `**` equals `*` within a name. */
function matching(files: Tree | Listing, path: string): string[] {
  const parts = path.split("/");
  const plain = parts.findIndex((part) => /[*?[\\]/.test(part));
  const start = realPath(files, parts.slice(0, plain).join("/"));
  const pattern = parts.slice(plain).join("/").replace(/\*+/g, "*");
  return globTree(files as Tree, start === "" ? pattern : `${start}/${pattern}`);
}

/** Copies sources to a destination as COPY does: a directory's content, not the directory. Returns only what the layer adds. */
export function copied(sources: Source[], target: Target): Tree {
  const { image } = target;
  const result = new Map<string, Entry>();
  const root = realPath(image, target.path);
  const intoDirectory = target.isDirectory || root === "" || image.get(root)?.type === "directory";
  for (const { name, entry, content } of sources) {
    const isDirectory = entry.type === "directory";
    const place = isDirectory || !intoDirectory ? root : realPath(image, [root, name].filter(Boolean).join("/"));
    addParents(result, target, place);
    if (!isDirectory) result.set(place, changed(entry, target));
    else if (place !== "" && !isThere(result, image, place)) result.set(place, changed(entry, target));
    for (const [path, one] of content) {
      // A link to a directory in the destination stays; files are copied to the directory that it leads to.
      const full = [place, path].filter(Boolean).join("/");
      const real = one.type === "link" ? full : realPath(image, full);
      result.set(real, changed(one, target));
    }
  }
  return result;
}

/** Adds the directories of a path that the image lacks. */
export function addParents(
  result: Map<string, Entry>,
  { image, owner }: Pick<Target, "image" | "owner">,
  path: string,
): void {
  for (let parent = parentOf(path); parent !== "" && !isThere(result, image, parent); parent = parentOf(parent)) {
    result.set(parent, { type: "directory", mode: 0o755, ...(owner && { owner }) });
  }
}

function isThere(result: Tree, image: Listing, path: string): boolean {
  return (result.get(path) ?? image.get(path))?.type === "directory";
}

function changed(entry: Entry, { owner, mode }: Target): Entry {
  return {
    ...entry,
    ...(owner && { owner }),
    ...(mode && entry.type !== "link" && { mode: mode(entry) }),
  };
}

/**
 * Reads the value of `--chmod`: octal, or changes such as `u=rwX,go=rX`.
 *
 * @throws {StandInError} It is neither.
 */
export function modeChange(text: string): (entry: Entry) => number {
  if (/^[0-7]{1,4}$/.test(text)) return () => Number.parseInt(text, 8);
  const clauses = text.split(",").map((clause) => /^([ugoa]*)([-+=])([rwxX]*)$/.exec(clause));
  if (clauses.some((clause) => clause === null)) {
    throw new StandInError(
      `--chmod=${text} is not a mode. Accepted: octal such as 755, or changes such as u=rwX,go=rX.`,
    );
  }
  return (entry) => {
    let mode = entry.mode;
    for (const [, who = "", operator = "", permissions = ""] of clauses as RegExpExecArray[]) {
      mode = applyClause(mode, who === "" ? "a" : who, operator, permissions, entry.type === "directory");
    }
    return mode;
  };
}

function applyClause(mode: number, who: string, operator: string, permissions: string, isDirectory: boolean): number {
  const executable = isDirectory || (mode & 0o111) !== 0;
  let bits = 0;
  if (permissions.includes("r")) bits |= 4;
  if (permissions.includes("w")) bits |= 2;
  if (permissions.includes("x") || (permissions.includes("X") && executable)) bits |= 1;
  let result = mode;
  for (const [name, shift] of [
    ["u", 6],
    ["g", 3],
    ["o", 0],
  ] as const) {
    if (!who.includes(name) && !who.includes("a")) continue;
    if (operator === "=") result &= ~(7 << shift);
    result = operator === "-" ? result & ~(bits << shift) : result | (bits << shift);
  }
  return result;
}
