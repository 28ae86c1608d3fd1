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

/** Returns true for a directory in which a path may be selected: the others need not be read. */
export function directoryFilter(include: string[], exclude: string[]): (path: string) => boolean {
  const isExcluded = exclude.some((pattern) => pattern.startsWith("!")) ? () => false : matcher(exclude);
  const starts = include
    .filter((pattern) => !pattern.startsWith("!"))
    .map((pattern) => /^[^*?[]*/.exec(bare(pattern))?.[0] ?? "");
  const isReached = (path: string) => starts.some((start) => start.startsWith(path) || path.startsWith(start));
  return (path) => !isExcluded(path) && (include.length === 0 || isReached(`${path}/`));
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
  return { negated, glob: readGlob(bare(pattern.slice(negated ? 1 : 0))) };
}

/** Returns a pattern without slashes at its ends; `**` for the whole directory. */
function bare(pattern: string): string {
  const path = pattern.replace(/^\.?\/+/, "").replace(/\/+$/, "");
  return path === "" || path === "." ? "**" : path;
}
