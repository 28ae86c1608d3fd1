import { readdir } from "node:fs/promises";
import { type CompleteTarget, readCompleteTarget } from "../scenario/complete-target.js";

/**
 * Returns the drills with these names or prefixes; all without names.
 * @throws Error with the unknown name, and the most similar ones.
 */
export function chooseDrills<T extends { name: string }>(drills: readonly T[], names: readonly string[]): readonly T[] {
  if (names.length === 0) return drills;
  return names.flatMap((name) => {
    const exact = drills.filter((drill) => drill.name === name);
    const found = exact.length > 0 ? exact : drills.filter((drill) => name !== "" && drill.name.startsWith(name));
    if (found.length > 0) return found;
    const all = drills.map((drill) => drill.name);
    throw new Error(
      `--name ${name}: there is no such drill. Nearest: ${nearest(name, all).join(", ")}. npm run drill -- --list prints all.`,
    );
  });
}

const folder = new URL("../../infra/targets/", import.meta.url);

/** Reads a target file. @throws Error with the unknown name, and the existing ones. */
export async function readTarget(name: string): Promise<CompleteTarget> {
  const files = await readdir(folder);
  const names = files.filter((file) => /^[^.]+\.json$/.test(file)).map((file) => file.slice(0, -".json".length));
  if (!names.includes(name)) {
    throw new Error(`--target ${name}: there is no such file in infra/targets. Accepted: ${names.join(", ")}.`);
  }
  return await readCompleteTarget(new URL(`${name}.json`, folder));
}

/** Returns the three names most similar to an unknown one: names that share a word first, then by edit distance. Pure. */
export function nearest(wanted: string, names: readonly string[]): string[] {
  const words = new Set(wanted.split("-").filter((word) => word.length > 2));
  const shared = (name: string) => name.split("-").filter((word) => words.has(word)).length;
  const rank = names.map((name) => ({ name, shared: shared(name), changes: changesBetween(wanted, name) }));
  return rank
    .sort((a, b) => b.shared - a.shared || a.changes - b.changes)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Returns the number of letters to insert, delete or replace (Levenshtein distance). */
function changesBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...one].entries()) {
    const line = [row + 1];
    for (const [column, against] of [...other].entries()) {
      const replaced = (above[column] ?? 0) + (letter === against ? 0 : 1);
      line.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    above = line;
  }
  return above.at(-1) ?? 0;
}
