import { type Glob, readGlob } from "./glob.js";
import type { Tree } from "./tree.js";
import { withEntries } from "./tree.js";

/** Path pattern as in Dagger and .dockerignore: `*` within a name, `**` across directories, `?`, `[a-z]`, a leading `!` negates. */
interface Pattern {
  negated: boolean;
  glob: Glob;
}

/**
 * Selects paths by include and exclude patterns. A pattern that matches a directory applies to all of its content; the last pattern that
 * matches decides.
 */
export function filterTree(
  tree: Tree,
  { include = [], exclude = [] }: { include?: string[]; exclude?: string[] },
): Tree {
  if (include.length === 0 && exclude.length === 0) return tree;
  const keeps = pathFilter(include, exclude);
  return withEntries(
    new Map(),
    [...tree].filter(([path]) => keeps(path)),
  );
}

/** Returns true when a path is selected. */
export function pathFilter(include: string[], exclude: string[]): (path: string) => boolean {
  const included = matcher(include);
  const excluded = matcher(exclude);
  return (path) => (include.length === 0 || included(path)) && !excluded(path);
}

/** Returns the paths that a glob matches, sorted. */
export function globTree(tree: Tree, glob: string): string[] {
  const { matches } = readGlob(glob);
  return [...tree.keys()].filter((path) => matches(path)).sort();
}

/** Returns true when no path below an excluded directory can be included again, so that the directory is not read. */
export function canPrune(exclude: string[]): boolean {
  return !exclude.some((pattern) => pattern.startsWith("!"));
}

function matcher(patterns: string[]): (path: string) => boolean {
  const parsed = patterns.map(parse);
  return (path) => {
    let matched = false;
    for (const { negated, glob } of parsed) if (glob.contains(path)) matched = !negated;
    return matched;
  };
}

function parse(pattern: string): Pattern {
  const negated = pattern.startsWith("!");
  const path = pattern
    .slice(negated ? 1 : 0)
    .replace(/^\.?\/+/, "")
    .replace(/\/+$/, "");
  return { negated, glob: readGlob(path === "" || path === "." ? "**" : path) };
}
