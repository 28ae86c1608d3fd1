import { type Glob, readGlob } from "./glob.js";
import type { Tree } from "./tree.js";
import { withEntries } from "./tree.js";

/** A path pattern as Dagger (and .dockerignore) writes it: `*` within a name, `**` across directories, `?`, `[a-z]`, a leading `!` negates. */
interface Pattern {
  negated: boolean;
  glob: Glob;
}

/**
 * What is left after including and excluding. A pattern that names a directory means all that is in it; of several, the last that
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

/** Whether a path is kept. */
export function pathFilter(include: string[], exclude: string[]): (path: string) => boolean {
  const included = matcher(include);
  const excluded = matcher(exclude);
  return (path) => (include.length === 0 || included(path)) && !excluded(path);
}

/** The paths that a glob names, sorted. */
export function globTree(tree: Tree, glob: string): string[] {
  const { matches } = readGlob(glob);
  return [...tree.keys()].filter((path) => matches(path)).sort();
}

/** Whether nothing below an excluded directory can come back, so that it need not be read. */
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
