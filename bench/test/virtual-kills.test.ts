import assert from "node:assert/strict";
import { test } from "node:test";
import { drills } from "../drills/catalogue/index.js";
import { terraformSettings } from "../drills/service-settings.js";
import { killVirtually } from "../kill/kill-virtually.js";

for (const name of ["canary-succeeds", "blue-green-crashes-before-the-test-shift"]) {
  test(`${name}: a deploy that is killed at any of its calls ends with the same verdict when run again`, async () => {
    const drill = drills.find((each) => each.name === name) ?? assert.fail(name);
    const { calls, tried, problems } = await killVirtually(drill, { desiredCount: 1, ...terraformSettings }, 16);
    assert.ok(calls > 100 && tried > 20, `${calls} calls, ${tried} kill points`);
    assert.deepEqual(problems, []);
  });
}
