import { DockerfileError, type Heredoc, type Instruction } from "./instruction.js";
import { splitWords } from "./words.js";

/** Parsed Dockerfile. */
export interface ParsedDockerfile {
  file: string;
  /** Character of `# escape=`: a backslash or a backtick. */
  escapeChar: string;
  instructions: Instruction[];
}

const keywords = [
  ...["ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"],
  ...["ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"],
];

/**
 * Splits a Dockerfile into instructions: https://docs.docker.com/reference/dockerfile/#format
 *
 * @param file Its path, for errors.
 * @throws {DockerfileError} An instruction does not exist, or a heredoc has no end.
 */
export function readDockerfile(text: string, file: string): ParsedDockerfile {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const escapeChar = escapeOf(lines, file);
  const instructions: Instruction[] = [];
  let next = 0;
  while (next < lines.length) {
    const start = next;
    const joined = joinLines(lines, start, escapeChar);
    next = joined.next;
    if (joined.text === "") continue;
    const instruction = parseLine(joined.text, { file, line: start + 1 }, escapeChar);
    next = readHeredocs(instruction, lines, next, escapeChar);
    instructions.push(instruction);
  }
  return { file, escapeChar, instructions };
}

/** Reads directives, which precede everything else, one per line: https://docs.docker.com/reference/dockerfile/#parser-directives */
function escapeOf(lines: string[], file: string): string {
  for (const [index, line] of lines.entries()) {
    const [, name = "", value = ""] = /^#\s*([a-z]+)\s*=\s*(.*?)\s*$/i.exec(line) ?? [];
    if (name === "") return "\\";
    if (name.toLowerCase() !== "escape") continue;
    if (value === "\\" || value === "`") return value;
    throw new DockerfileError(
      { file, line: index + 1, keyword: "escape" },
      `${JSON.stringify(value)} can't be the escape character. Accepted: \\ and \`.`,
    );
  }
  return "\\";
}

/** Joins a line with its continuations. Comments and empty lines in between are skipped. */
function joinLines(lines: string[], start: number, escapeChar: string): { text: string; next: number } {
  const character = escapeChar === "\\" ? "\\\\" : escapeChar;
  const continued = new RegExp(`(^|[^${character}])${character}[ \\t]*$`);
  let text = "";
  for (let index = start; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (/^\s*(#|$)/.test(line)) {
      if (index === start) return { text: "", next: index + 1 };
      continue;
    }
    if (!continued.test(line)) return { text: (text + line).trim(), next: index + 1 };
    text += line.replace(continued, "$1");
  }
  return { text: text.trim(), next: lines.length };
}

function parseLine(text: string, place: { file: string; line: number }, escapeChar: string): Instruction {
  const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  const keyword = word.toUpperCase();
  if (!keywords.includes(keyword)) {
    throw new DockerfileError(
      { ...place, keyword: word },
      `the instruction does not exist. Accepted: ${keywords.join(", ")}.`,
    );
  }
  const flags: Instruction["flags"] = [];
  let end = 0;
  for (const { text: flag, end: after } of splitWords(rest, escapeChar)) {
    if (!flag.startsWith("--")) break;
    end = after;
    if (flag === "--") break;
    const [, name = "", value] = /^--([^=]*)(?:=(.*))?$/s.exec(flag) ?? [];
    flags.push([name, value]);
  }
  return { ...place, keyword, flags, text: rest.slice(end).trim(), heredocs: [] };
}

/** @returns The line after the heredocs. */
function readHeredocs(instruction: Instruction, lines: string[], start: number, escapeChar: string): number {
  if (!["RUN", "COPY", "ADD"].includes(instruction.keyword)) return start;
  let next = start;
  for (const { text } of splitWords(instruction.text, escapeChar)) {
    const [, dash = "", quote = "", name = ""] = /^\d*<<(-?)(["']?)([A-Za-z_][\w.-]*)\2$/.exec(text) ?? [];
    if (name === "") continue;
    const content: string[] = [];
    for (;;) {
      const line = lines[next++];
      if (line === undefined)
        throw new DockerfileError(instruction, `the heredoc ${name} has no line ${name} as its end.`);
      const stripped = dash ? line.replace(/^\t+/, "") : line;
      if (stripped === name) break;
      content.push(`${stripped}\n`);
    }
    const heredoc: Heredoc = { name, content: content.join(""), expand: quote === "" };
    instruction.heredocs.push(heredoc);
  }
  return next;
}
