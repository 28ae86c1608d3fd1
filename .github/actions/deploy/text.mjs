/**
 * Text that others write (logs, reasons, tags, errors) on its way to where GitHub interprets it: workflow commands and Markdown.
 */
import { stripVTControlCharacters } from "node:util";

/** Control, format and invisible characters, line breaks among them. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Returns one line without escape sequences, with invisible characters written as `\u202e`.
 *
 * @param {unknown} text
 * @param {number} [most] Characters that are kept.
 */
export function plain(text, most = 1_000) {
  const line = stripVTControlCharacters(String(text ?? "").slice(0, most * 2))
    .replace(/[\r\n\t\v\f\u0085\u2028\u2029]+/g, " ")
    .replace(invisible, (character) => `\\u${character.codePointAt(0)?.toString(16).padStart(4, "0")}`)
    .trim();
  return line.length > most ? `${line.slice(0, most).replace(/[\ud800-\udbff]$/, "")}…` : line;
}

/**
 * Returns Markdown that shows a text as it is: all but letters, digits and spaces become character references, which are never
 * markup. https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
 *
 * @param {unknown} text
 * @param {number} [most]
 */
export function markdown(text, most) {
  return plain(text, most).replace(/[^\p{L}\p{N} ]/gu, (character) => `&#${character.codePointAt(0)};`);
}

/**
 * Returns lines as a `<pre>` block: between its tags no Markdown is read. https://spec.commonmark.org/0.31.2/#html-blocks
 *
 * @param {readonly unknown[]} lines
 * @param {number} [most] Lines that are kept, the last ones.
 */
export function preformatted(lines, most = 50) {
  const shown = lines.slice(-most).map((line) => plain(line).replace(/[&<>"']/g, (it) => `&#${it.codePointAt(0)};`));
  return `<pre>\n${shown.map((line) => line || " ").join("\n")}\n</pre>`;
}

/**
 * Returns an error annotation. What the runner reads as markup of a command is encoded.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 *
 * @param {string} title
 * @param {readonly unknown[]} lines
 */
export function errorCommand(title, lines) {
  const data = (/** @type {string} */ text) => text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  const property = data(plain(title, 200)).replace(/:/g, "%3A").replace(/,/g, "%2C");
  return `::error title=${property}::${data(lines.map((line) => plain(line)).join("\n"))}`;
}
