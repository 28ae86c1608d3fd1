import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** Returns the first cells of a page's table rows below the given header. */
function rows(page: string, header: string): string[][] {
  const [, after = ""] = read(page).split(header);
  const [table = ""] = after.replace(/^\n\|[-|]+\|\n/, "").split("\n\n");
  return table
    .trim()
    .split("\n")
    .map((row) => row.split(" | ").map((cell) => cell.replace(/^\|\s*|\s*\|$/g, "").trim()));
}

test("docs/target.md lists each key of the schema, in its order", () => {
  const { properties } = JSON.parse(read("infra/targets/target.schema.json")) as { properties: object };
  const keys = rows("docs/target.md", "| key | meaning |").map(([key = ""]) => key.replaceAll("`", ""));
  assert.deepEqual(keys, Object.keys(properties));
});

test("README.md has at most 150 lines", () => {
  assert.ok(read("README.md").split("\n").length <= 151);
});
