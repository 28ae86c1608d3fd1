import assert from "node:assert/strict";
import { test } from "node:test";
import { drills } from "../drills/catalogue/index.js";
import { mistakes } from "../drills/drill-result.js";
import { runVirtually } from "../drills/run-virtual.js";
import { terraformSettings } from "../drills/service-settings.js";

for (const drill of drills) {
  test(`${drill.group}: ${drill.name} ends as it must, and the verdict is the truth`, async () => {
    const played = await runVirtually(drill, { desiredCount: 1, ...terraformSettings });
    assert.deepEqual(mistakes(played), []);
  });
}

test("drills have names of their own", () => {
  assert.equal(new Set(drills.map(({ name }) => name)).size, drills.length);
});
