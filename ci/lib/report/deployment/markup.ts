import { neutral } from "../../common/foreign-text.js";

/** Text in HTML or SVG, with its markup. */
export class Markup {
  constructor(readonly text: string) {}
}

type Part = string | number | Markup | undefined | readonly Part[];

/** Makes markup of a template: every text that is put into it is made harmless and escaped; markup and lists of it are taken as they are. */
export function html(template: TemplateStringsArray, ...parts: Part[]): Markup {
  const text = template.reduce((before, after, index) => `${before}${markupOf(parts[index - 1])}${after}`);
  return new Markup(text);
}

function markupOf(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(markupOf).join("");
  return part === undefined ? "" : escaped(plainText(String(part)));
}

/** Marks the commands of a text, which stand between backticks. */
export function withCode(text: string): Markup {
  return html`${text.split(/(`[^`]+`)/).map((part) => (/^`[^`]+`$/.test(part) ? html`<code>${part.slice(1, -1)}</code>` : part))}`;
}

const references: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => references[character] ?? "");
}

/** Makes one harmless line of a text of others. XML takes no noncharacters: https://www.w3.org/TR/xml/#charsets */
export function plainText(text: string, most = 1_000): string {
  return neutral(text, most).replace(/[\ufffe\uffff]/g, "\ufffd");
}

/** Characters that stay as they are: letters, digits, harmless punctuation, the colon of a sentence or a time, an underscore within a word, a command. */
const harmless =
  /`[a-z][\w .=/-]*`|[\p{L}\p{N} .,()/=%+;'-]|:(?=[ ]|$)|(?<=\d):(?=\d)|(?<=[\p{L}\p{N}])_(?=[\p{L}\p{N}])/u;
const parts = new RegExp(`(${harmless.source})|([^])`, "gu");

/**
 * Returns Markdown that shows a text as it is, in a line that begins with something else: what could be markup, a link or a mention becomes
 * a character reference. https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
 */
export function markdown(text: string | number, most = 500): string {
  return plainText(String(text), most)
    .replace(parts, (part, kept: string | undefined) => kept ?? `&#${part.codePointAt(0)};`)
    .replace(/www(?=\.)/gi, (www) => `${www.slice(0, 2)}&#${www.codePointAt(2)};`);
}
