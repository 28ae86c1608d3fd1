import assert from "node:assert/strict";
import { test } from "node:test";
import { functionList, helpText } from "../cli/help.js";
import { catalogOf } from "../module/catalog.js";

const words =
  "A version such as v1.2.3 or v1.2.3-rc.1, which is a tag that does not move, and which nothing else has had before it";
const text = { kind: "STRING", optional: false };
const args = [
  { name: "version", description: words, type: text },
  { name: `a${"Long".repeat(14)}Name`, description: words, type: { ...text, optional: true } },
];
const deploy = { name: "deploy", description: `${words}.\n\nMore.`, args, returns: text };
const trial = { name: "Trial", description: "A module", functions: [deploy], fields: [] };
const catalog = catalogOf({ name: "trial" }, { description: "", objects: [trial], enums: [] });
const step = { function: deploy, given: {} };

for (const columns of [80, 140]) {
  test(`the lists of a help page fit ${columns} columns, with nothing left out`, () => {
    const pages = [
      functionList([deploy], columns),
      helpText([{ function: catalog.constructor_, given: {} }], catalog, () => "x", columns),
    ];
    for (const page of pages) {
      for (const line of page.split("\n")) assert.ok(line.length < columns, line);
      assert.ok(page.replace(/\s+/g, " ").includes(words));
    }
  });
}

test("where a name leaves no room, a description keeps enough to be read", () => {
  const page = helpText([step, step], catalog, () => undefined, 40);
  assert.ok(page.replace(/\s+/g, " ").includes("A version such as v1.2.3"));
  assert.match(page, /^ {2}--version string +A version such as v1.2.3$/m);
});
