import { stripVTControlCharacters } from "node:util";

/**
 * Text that others write (applications' logs, ECS's reasons and events, tags, HTTP answers, errors) on its way to a terminal, a CI
 * system's log or a report. It can hold escape sequences, invisible characters, commands of CI systems and lines that look like a
 * report's own. Everything that shows text uses these functions and no others.
 */

/** Maximum length of one line, in characters. */
const longestLine = 1_000;

/** Prefix of each line of a quoted text: no line of a report begins with it. */
const margin = "  │ ";

/**
 * Makes one harmless line of a text: escape sequences are removed, line breaks become spaces, and what else can't be seen or changes the
 * direction of writing is written as `\u202e`.
 * @param most Characters that are shown at most; the rest is counted.
 */
export function neutral(text: string, most = longestLine): string {
  return harmless(text, most).trimStart();
}

function harmless(text: string, most: number): string {
  // Text far beyond the limit is not read.
  const line = visible(text.slice(0, most * 2).replace(lineBreaks, " ")).trimEnd();
  if (line.length <= most && text.length <= most * 2) return line;
  return `${whole(line.slice(0, most))}… (${Math.max(1, text.length - most)} more characters)`;
}

/** Limits of a quoted text. */
export interface QuoteLimits {
  /** Maximum number of lines; default 100. */
  lines?: number;
  /** Maximum length of a line in characters; default 1,000. */
  characters?: number;
}

/**
 * Makes lines of a text that can't be taken for lines of a report: each is harmless and begins with `  │ `. Of a longer text only the
 * end is shown, because failures are reported there.
 * @param text The whole text, or its lines.
 */
export function quoted(
  text: string | readonly string[],
  { lines: most = 100, characters = longestLine }: QuoteLimits = {},
): string[] {
  const parts = typeof text === "string" ? [text] : text;
  const longest = most * characters;
  // The end of each part alone, so that the cost does not grow with what is left out.
  const lines = parts.slice(-most).flatMap((part) => part.slice(-longest).trimEnd().split(lineBreak));
  const isCut = parts.length > most || lines.length > most || parts.some((part) => part.length > longest);
  const shown = lines.slice(-most).map((line) => `${margin}${harmless(line, characters)}`.trimEnd());
  return isCut ? [`${margin}…`, ...shown] : shown;
}

/** Makes each line of a text of ours harmless, and leaves its lines as they are. */
export function neutralLines(text: string): string {
  return text
    .split("\n")
    .map((line) => harmless(line, 4 * longestLine))
    .join("\n");
}

/**
 * Writes the invisible characters and CI commands that JSON leaves as they are as `\uXXXX`: the same JSON for every parser, and harmless
 * on a terminal.
 */
export function neutralJson(json: string): string {
  return json
    .replace(invisible, (character) => (character === "\n" ? character : escaped(character)))
    .replace(/#(?=#(?:\[|vso\[|teamcity\[))/gi, "\\u0023");
}

const lineBreak = /\r\n|[\r\n\v\f\u0085\u2028\u2029]/;
const lineBreaks = /[\r\n\v\f\u0085\u2028\u2029]+/g;

/** Control and format characters, what is drawn as nothing, and halves of pairs; the selectors of an emoji's looks are harmless. */
const invisible = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

function visible(line: string): string {
  return (
    stripVTControlCharacters(line)
      .replaceAll("\t", " ")
      .replace(invisible, escaped)
      // GitHub's commands: `::error::` at the start of a line, `##[error]` anywhere; Azure's and TeamCity's are alike.
      // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
      .replace(/(?<!\w)::(?=[\w-]+(?: [^\n]*)?::)/g, ": :")
      .replace(/##(?=\[|vso\[|teamcity\[)/gi, "# #")
  );
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
    .join("");
}

/** A text without half of a pair at its end. */
function whole(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
