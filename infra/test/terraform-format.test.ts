import assert from "node:assert/strict";
import { test } from "node:test";
import { files } from "./hcl.js";

for (const [name, text] of files) {
  test(`${name} is as terraform fmt leaves it`, () => {
    assert.match(text, /[^\n]\n$/, "ends in one newline");
    assert.doesNotMatch(text, /\t| \n|\n\n\n/, "no tabs, trailing spaces or double blank lines");
    const lines = text.split("\n");
    assert.deepEqual(align(indent(lines)), lines);
  });
}

/** Two spaces for every line before that has left brackets open, however many. */
function indent(lines: string[]): string[] {
  const open: number[] = [];
  return lines.map((line) => {
    const content = line.trim();
    const net = openBrackets(content);
    for (let closed = -net; closed > 0; closed--) {
      const left = (open.pop() ?? 0) - 1;
      if (left > 0) open.push(left);
    }
    const indented = content && "  ".repeat(open.length) + content;
    if (net > 0) open.push(net);
    return indented;
  });
}

/** The `=` of neighbouring lines in one column; a line that begins a value of several lines has no neighbours. */
function align(lines: string[]): string[] {
  const aligned = [...lines];
  for (let start = 0; start < lines.length; start++) {
    let end = start;
    while (assignment(lines[end])) end++;
    const widths = lines.slice(start, end).map((line) => assignment(line)?.key.length ?? 0);
    for (let i = start; i < end; i++) {
      const { key, value } = assignment(lines[i]) ?? { key: "", value: "" };
      aligned[i] = `${key.padEnd(Math.max(...widths))} = ${value}`;
    }
    start = end;
  }
  return aligned;
}

function assignment(line = ""): { key: string; value: string } | undefined {
  const [, key, value] = /^(\s*[\w-]+)\s+= (.*)$/.exec(line) ?? [];
  return key && value && openBrackets(value) === 0 ? { key, value } : undefined;
}

function openBrackets(content: string): number {
  const code = content.replace(/#.*/, "").replace(/"(\\.|[^"\\])*"/g, "");
  return (code.match(/[[({]/g)?.length ?? 0) - (code.match(/[\])}]/g)?.length ?? 0);
}
