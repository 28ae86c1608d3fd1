import assert from "node:assert/strict";
import { test } from "node:test";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { forbidden, options } from "../dependency-cruiser.mjs";
import { root } from "../files.js";

const { output } = await cruise(["ci", "infra", "bench"], {
  ...options,
  baseDir: root,
  validate: true,
  ruleSet: { forbidden },
});
const { violations, totalCruised } = (output as ICruiseResult).summary;

for (const { name = "", comment } of forbidden) {
  test(`imports keep the rule ${name}: ${comment}`, () => {
    const found = violations
      .filter(({ rule }) => rule.name === name)
      .map(({ from, to, cycle }) =>
        cycle ? [from, ...cycle.map((step) => step.name)].join(" → ") : `${from} → ${to}`,
      );
    assert.deepEqual(found, []);
  });
}

test("the imports of the whole repository are read", () => {
  assert.ok(totalCruised > 700, `${totalCruised} files`);
});
