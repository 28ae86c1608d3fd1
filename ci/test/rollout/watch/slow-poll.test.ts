import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { scene } from "../../support/rollout-scene.js";
import { earlySuccess } from "../../support/stories.js";

/** Delays `times` calls of DescribeTasks by 90 s each, from second 80 on. */
async function slow(t: TestContext, times: number) {
  const { fake, clock, roll, lines } = await scene(t, earlySuccess);
  const describe = fake.script.DescribeTasks;
  const startedAt = clock.now();
  let left = times;
  fake.script.DescribeTasks = (input) => {
    if (clock.now() >= startedAt + 80_000 && left-- > 0) void clock.sleep(90_000);
    return describe?.(input) ?? {};
  };
  return { report: await roll(), lines };
}

test("a service that was read 90 s before its tasks is read again", async (t) => {
  const { report, lines } = await slow(t, 1);
  assert.equal(report.verdict, "deployed");
  assert.match(lines.join("\n"), /ECS took 90 s to answer; polling again\./);
});

test("a fast poll is used at once", async (t) => {
  assert.equal((await slow(t, 0)).report.verdict, "deployed-early");
});

test("polls of an ECS that stays slow are used in the end", async (t) => {
  const { report, lines } = await slow(t, Number.POSITIVE_INFINITY);
  assert.equal(report.verdict, "deployed");
  assert.ok(lines.filter((line) => line.includes("polling again")).length >= 3);
});
