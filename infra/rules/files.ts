import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const folders = ["app", "ci/src", "ci/lib", "ci/test", "ci/scripts", "infra", "bench", "docs", "examples", ".github"];

/** Lists the files that people write and read, as paths below the root. */
export function listFiles(pattern: RegExp): string[] {
  const below = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const top = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
  return [...top, ...folders.filter((folder) => existsSync(join(root, folder))).flatMap(below)]
    .filter((path) => pattern.test(path) && !path.includes("node_modules/"))
    .sort();
}
