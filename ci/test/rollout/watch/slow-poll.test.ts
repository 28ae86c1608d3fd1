import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { scene } from "../../support/rollout-scene.js";
import { earlySuccess } from "../../support/stories.js";

/** From second 80 on, `times` calls of ListTasks are answered only after a minute and a half. */
async function slow(t: TestContext, times: number) {
  const { fake, clock, roll, lines } = await scene(t, earlySuccess);
  const list = fake.script.ListTasks;
  const startedAt = clock.now();
  let left = times;
  fake.script.ListTasks = (input) => {
    if (clock.now() >= startedAt + 80_000 && left-- > 0) void clock.sleep(90_000);
    return list?.(input) ?? {};
  };
  return { report: await roll(), lines };
}

test("what a service told a minute and a half before the tasks did is asked again", async (t) => {
  const { report, lines } = await slow(t, 1);
  assert.equal(report.verdict, "deployed");
  assert.match(lines.join("\n"), /ECS took 90 s to tell: looking again\./);
});

test("a look in good time is believed at once", async (t) => {
  assert.equal((await slow(t, 0)).report.verdict, "deployed-early");
});

test("an ECS that is always so slow is believed in the end", async (t) => {
  const { report, lines } = await slow(t, Number.POSITIVE_INFINITY);
  assert.equal(report.verdict, "deployed");
  assert.ok(lines.filter((line) => line.includes("looking again")).length >= 3);
});
