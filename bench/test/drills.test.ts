import assert from "node:assert/strict";
import { test } from "node:test";
import { drills } from "../drills/catalogue/index.js";
import { mistakes } from "../drills/drill-result.js";
import { runVirtually } from "../drills/run-virtual.js";
import { terraformSettings } from "../drills/service-settings.js";

for (const drill of drills) {
  test(`${drill.group}: ${drill.name} ends as expected, and the verdict is true`, async () => {
    const played = await runVirtually(drill, { desiredCount: 1, ...terraformSettings });
    assert.deepEqual(mistakes(played), []);
  });
}

test("drill names are unique", () => {
  assert.equal(new Set(drills.map(({ name }) => name)).size, drills.length);
});
