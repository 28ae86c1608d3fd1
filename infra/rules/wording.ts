/** Finds words and names that the style guide of CONTRIBUTING.md excludes, in comments, string literals, identifiers and pages. */
import ts from "typescript";

export interface Finding {
  line: number;
  /** The excluded word, or the rule. */
  found: string;
  /** The line that holds it. */
  text: string;
}

interface Passage {
  kind: "comment" | "doc comment" | "string" | "name" | "prose";
  at: number;
  text: string;
}

const words =
  /\b(?:says|said|saying|tells|told|telling|somebody|someone|whoever|whatever|nobody|befall\w*|befell|glanc(?:e|es|ed|ing)|mend(?:s|ed|ing)?|spoken|gone|asks|asked|looked at|(?:its|their|his|her) own words|has a word in|speaks? against)\b/i;

/** A doc comment begins with a verb in the third person, or with the thing that it describes. */
const opening = /^\/\*\*[\s*]*(?:@returns\s+)?(What|Whether|Who|Whose|Where|How|Why|Which)\b/;

/** Parts of names for which the field has its own terms. */
const names = new Set(
  "rival rivals befall befalling befallen befalls sighting sightings glance glances happening happenings asked reign reigns told telling casting circumstances somebody whoever".split(
    " ",
  ),
);

/** Texts that this repository doesn't word itself. */
const exempt: { pattern: RegExp; reason: string }[] = [
  { pattern: /\b410 Gone\b/, reason: "The reason phrase of an HTTP status: RFC 9110, section 15.5.11." },
  { pattern: /\bid nobody\b|\^nobody:/, reason: "The user of this name in /etc/passwd." },
];

/** @param path Decides how the text is read: TypeScript and JavaScript, YAML, or Markdown. */
export function findWording(path: string, text: string): Finding[] {
  const findings: Finding[] = [];
  for (const passage of passages(path, text)) {
    const shown = exempt.reduce((rest, { pattern }) => rest.replace(pattern, ""), passage.text);
    for (const [index, line] of shown.split("\n").entries()) {
      const found = passage.kind === "name" ? excludedName(line) : words.exec(line)?.[0];
      if (found !== undefined) findings.push({ line: lineOf(text, passage.at) + index, found, text: line.trim() });
    }
    const [, first] = passage.kind === "doc comment" ? (opening.exec(passage.text) ?? []) : [];
    if (first !== undefined)
      findings.push({
        line: lineOf(text, passage.at),
        found: `doc comment that begins with ${first}`,
        text: passage.text.split("\n", 2).join(" ").trim(),
      });
  }
  return findings;
}

function excludedName(name: string): string | undefined {
  const parts = name.split(/(?<=[a-z0-9])(?=[A-Z])|[_$-]/).map((part) => part.toLowerCase());
  return parts.find((part) => names.has(part));
}

function passages(path: string, text: string): Passage[] {
  if (/\.[cm]?[jt]s$/.test(path)) return ofCode(path, text);
  if (path.endsWith(".md")) return [{ kind: "prose", at: 0, text: withoutCode(text) }];
  return [{ kind: "prose", at: 0, text }];
}

/** Blanks fenced and inline code, and the targets of links, and keeps the lines. */
function withoutCode(page: string): string {
  return page
    .replace(/^ *```[\s\S]*?^ *```$/gm, (fence) => fence.replace(/[^\n]/g, " "))
    .replace(/`[^`\n]*`/g, "` `")
    .replace(/\]\([^)\s]*\)/g, "]");
}

function ofCode(path: string, text: string): Passage[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true);
  const found: Passage[] = [];
  let rest = text;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      found.push({ kind: "name", at: node.getStart(file), text: node.text });
    } else if (ts.isStringLiteralLike(node) || ts.isTemplateMiddleOrTemplateTail(node) || isHeadOrRegex(node)) {
      const at = node.getStart(file);
      found.push({ kind: "string", at, text: text.slice(at, node.end) });
      rest = rest.slice(0, at) + rest.slice(at, node.end).replace(/[^\n]/g, " ") + rest.slice(node.end);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const { index: at, 0: comment } of rest.matchAll(/\/\*[\s\S]*?\*\/|\/\/.*/g))
    found.push({ kind: comment.startsWith("/**") ? "doc comment" : "comment", at, text: comment });
  return found;
}

const isHeadOrRegex = (node: ts.Node) => ts.isTemplateHead(node) || ts.isRegularExpressionLiteral(node);

const lineOf = (text: string, at: number) => text.slice(0, at).split("\n").length;
