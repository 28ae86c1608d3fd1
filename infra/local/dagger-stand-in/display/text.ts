import { stripVTControlCharacters } from "node:util";
import { eastAsianWidth } from "get-east-asian-width";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Neutralizes foreign text for one line of output: no control characters, no escape sequences, no changes of text direction. */
export function neutral(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll("\t", "    ")
    .replace(/[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "");
}

/** Returns the columns that a terminal uses for a text without escape sequences. */
export function width(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += widthOf(segment);
  return columns;
}

/** Cuts a text that is longer than `columns`; the last column that is left shows "…". */
export function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  return `${take(text, columns - 1)[0]}…`;
}

/** Breaks a line into lines of at most `columns`, at any character, as a terminal does. */
export function chop(text: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = text;
  do {
    const [line, after] = take(rest, Math.max(columns, 2));
    lines.push(line);
    rest = after;
  } while (rest !== "");
  return lines;
}

/** Breaks lines into ones of at most `columns`, between words where it can. */
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, Math.max(columns, 2)));
}

function wrapLine(line: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (width(rest) > columns) {
    const [head] = take(rest, columns);
    const next = rest[head.length];
    const space = next === " " || head.endsWith(" ") ? head.length : head.lastIndexOf(" ");
    const indent = rest.length - rest.trimStart().length;
    const end = space > indent ? space : head.length;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** Returns the longest prefix that fits, at least one character, and the rest. */
function take(text: string, columns: number): [string, string] {
  let used = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > columns && index > 0) return [text.slice(0, index), text.slice(index)];
  }
  return [text, ""];
}

/** Returns the columns of a character. Combining marks have none; each emoji of a joined sequence counts, because many terminals show them side by side. */
function widthOf(grapheme: string): number {
  let columns = 0;
  for (const character of grapheme) {
    if (!/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) columns += eastAsianWidth(character.codePointAt(0) ?? 0);
  }
  return grapheme.includes("\ufe0f") ? Math.max(columns, 2) : columns;
}

/** Formats a duration as Dagger's CLI does (`FormatDuration` of dagql/dagui/spans.go): `4.2s`, `1m5s`, `2h3m4s`. @param ms Milliseconds. */
export function formatDuration(ms: number): string {
  const exact = Math.max(ms, 0) / 1000;
  if (exact < 59.95) return `${exact.toFixed(1)}s`;
  const total = Math.round(exact);
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  return hours === 0 ? `${minutes}m${seconds}s` : `${hours}h${minutes}m${seconds}s`;
}
