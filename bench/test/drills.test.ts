import assert from "node:assert/strict";
import { test } from "node:test";
import { drills } from "../drills/catalogue/index.js";
import { mistakes } from "../drills/played.js";
import { terraformSettings } from "../drills/settings.js";
import { playVirtually } from "../drills/virtual.js";

for (const drill of drills) {
  test(`${drill.group}: ${drill.name} ends as it must, and the verdict is the truth`, async () => {
    const played = await playVirtually(drill, { desiredCount: 1, ...terraformSettings });
    assert.deepEqual(mistakes(played), []);
  });
}

test("drills have names of their own", () => {
  assert.equal(new Set(drills.map(({ name }) => name)).size, drills.length);
});
