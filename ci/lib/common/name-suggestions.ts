import { neutral } from "./foreign-text.js";

/** Names in one error at most. */
const mostShown = 10;

/**
 * Formats the names that exist as a sentence for an error: the closest to the wanted name first as a suggestion, then all of them in
 * order, or the nearest ten with the number of those left out. Pure.
 * @param what In the plural, such as `services`.
 * @param more There are more names than were read.
 */
export function hint(what: string, wanted: string, names: readonly string[], more = false): string {
  const { suggestion, list } = choices(wanted, names, more);
  return `${suggestion}${list === "" ? `It has no ${what}.` : `Its ${what}: ${list}.`}`;
}

/** As `hint`, in its two parts: the suggestion, and the list; each empty where there is none. */
export function choices(wanted: string, names: readonly string[], more = false): { suggestion: string; list: string } {
  const known = [...new Set(names)].sort();
  const nearest = [...known].sort((a, b) => distance(wanted, a) - distance(wanted, b));
  const [closest] = nearest;
  const isClose = closest !== undefined && distance(wanted, closest) <= Math.max(2, wanted.length / 3);
  const shown = nearest.slice(0, mostShown).sort();
  const rest = known.length - shown.length;
  const left = more ? "and more" : rest > 0 ? `and ${rest} more` : undefined;
  return {
    suggestion: isClose ? `Did you mean "${shownName(closest)}"? ` : "",
    list: [...shown.map(shownName), ...(left === undefined ? [] : [left])].join(", "),
  };
}

/** As `hint`, for names that have yet to be read: an error of the reading becomes a part of the sentence, so that it hides no other. */
export async function hintFrom(
  what: string,
  wanted: string,
  reading: Promise<{ items: readonly string[]; more: boolean }>,
  signal?: AbortSignal,
): Promise<string> {
  try {
    const { items, more } = await reading;
    return hint(what, wanted, items, more);
  } catch (error) {
    signal?.throwIfAborted();
    const { name, action } = error as Error & { action?: string };
    return `(Its ${what} could not be listed: ${action === undefined ? name : `${action} is not permitted`}.)`;
  }
}

/** Maximum number of pages to read for a hint: it must not delay the error. */
export const hintPages = 10;

/** Names come from AWS or from a directory. */
function shownName(name: string): string {
  return neutral(name, 100);
}

/** Levenshtein's distance, without regard to case: insertions, deletions and replacements of one character. */
function distance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase().slice(0, 100), b.toLowerCase().slice(0, 100)];
  let row = Array.from({ length: to.length + 1 }, (_, n) => n);
  for (const [i, character] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (character === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
