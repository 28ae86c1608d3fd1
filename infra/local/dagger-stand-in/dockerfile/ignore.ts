import { filterTree } from "../content/patterns.js";
import type { Store } from "../content/store.js";
import { normalPath, type Tree } from "../content/tree.js";

/**
 * Returns the patterns of a .dockerignore file: https://docs.docker.com/build/concepts/context/#dockerignore-files
 */
export function ignorePatterns(text: string): string[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => !line.startsWith("#"))
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "!")
    .map((line) => (line.startsWith("!") ? `!${normalPath(line.slice(1).trim())}` : normalPath(line)));
}

/** Applies the ignore file to a build context; `NAME.dockerignore` beside the Dockerfile wins. */
export async function withoutIgnored(store: Store, context: Tree, dockerfile: string): Promise<Tree> {
  for (const path of [`${dockerfile}.dockerignore`, ".dockerignore"]) {
    const entry = context.get(path);
    if (entry?.type !== "file") continue;
    return filterTree(context, { exclude: ignorePatterns((await store.read(entry.digest)).toString("utf8")) });
  }
  return context;
}
