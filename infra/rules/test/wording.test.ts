import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { listFiles, root } from "../files.js";
import { findWording } from "../wording.js";

/** The rule itself and its tests name what they exclude. */
const own = /^infra\/rules\//;
const byFolder = new Map<string, string[]>();
for (const path of listFiles(/\.(?:ts|mts|mjs|ya?ml|md)$/)) {
  const [folder = ""] = path.split("/");
  const found = byFolder.get(folder) ?? [];
  byFolder.set(folder, found);
  if (own.test(path)) continue;
  for (const { line, found: word, text } of findWording(path, readFileSync(join(root, path), "utf8")))
    found.push(`${path}:${line} ${word}: ${text.slice(0, 160)}`);
}

for (const [folder, found] of byFolder)
  test(`${folder} is worded by the style guide`, () => assert.deepEqual(found, []));

const lines = (path: string, text: string) => findWording(path, text).map(({ line, found }) => `${line} ${found}`);

test("excluded words are found in comments, strings, templates, expressions and names", () => {
  const code = [
    "// ECS says so",
    'const a = "AWS told us";',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the code to read.
    "const b = `${a} was asked ${a} by somebody`;",
    "const sightingOf = /nobody/;",
    "/** What it is. */",
    "/** Returns what it is. */",
    "const url = 'https://example.com//path';",
  ].join("\n");
  assert.deepEqual(lines("a.ts", code).sort(), [
    "1 says",
    "2 told",
    "3 asked",
    "3 somebody",
    "4 nobody",
    "4 sighting",
    "5 doc comment that begins with What",
  ]);
});

test("a page's prose is read, and its code is not", () => {
  const page = "# Told\n\n```sh\necho asked\n```\n\n`asked` and [gone](asked.md)\n";
  assert.deepEqual(lines("a.md", page), ["1 Told", "7 gone"]);
});
