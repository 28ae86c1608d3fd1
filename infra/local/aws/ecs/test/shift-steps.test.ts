import assert from "node:assert/strict";
import { test } from "node:test";
import { trafficStepsOf } from "../model/deployment-strategy.js";
import { PRODUCTION, pause, withShifts } from "./shift-service.js";

test("a strategy's steps end with all production traffic, for each divisor", () => {
  const linear = (stepPercent?: number) =>
    trafficStepsOf({ strategy: "LINEAR", linearConfiguration: stepPercent === undefined ? {} : { stepPercent } });
  assert.deepEqual(linear()?.steps, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  assert.equal(linear()?.stepWait, 360_000);
  assert.deepEqual(linear(33.3)?.steps, [33.3, 66.6, 99.9, 100]);
  assert.deepEqual(linear(100)?.steps, [100]);
  assert.equal(linear(3)?.steps.length, 34);
  assert.deepEqual(trafficStepsOf({ strategy: "CANARY" }), { steps: [5, 100], stepWait: 600_000 });
  const all = { strategy: "CANARY", canaryConfiguration: { canaryPercent: 100 } };
  assert.deepEqual(trafficStepsOf(all)?.steps, [100]);
  assert.deepEqual(trafficStepsOf({ strategy: "BLUE_GREEN" })?.steps, [100]);
  assert.equal(trafficStepsOf({}), undefined);
});

test("a canary gets its share, waits, and then gets all traffic", async () => {
  const world = await withShifts();
  const canaryConfiguration = { canaryPercent: 0.5, canaryBakeTimeInMinutes: 10 };
  await world.deploy("good:2", { strategy: "CANARY", canaryConfiguration });
  const share = async () => (await world.weights())[0]?.[1];
  await world.secondsUntil(async () => (await share()) !== 0);
  assert.deepEqual(await world.weights(), [
    [100, 0.5],
    [0, 99.5],
  ]);
  assert.deepEqual(world.served(PRODUCTION), [995, 5]);
  assert.equal((await world.newest()).lifecycleStage, "PRODUCTION_TRAFFIC_SHIFT");
  const waited = await world.secondsUntil(async () => (await share()) === 100);
  assert.ok(waited >= 600 && waited <= 630, `${waited} s`);
});

test("a shorter minute shortens the bake time, the wait between steps and the timeout of a hook", async () => {
  const world = await withShifts({ timing: { minute: 10_000 } });
  await world.deploy("good:2", {
    strategy: "CANARY",
    canaryConfiguration: { canaryPercent: 20, canaryBakeTimeInMinutes: 6 },
    bakeTimeInMinutes: 9,
    lifecycleHooks: [pause(["PRE_SCALE_UP"], { timeoutInMinutes: 12, action: "CONTINUE" })],
  });
  assert.ok((await world.secondsUntil(world.isAt("SCALE_UP"))) <= 120);
  await world.secondsUntil(async () => (await world.weights())[0]?.[1] === 20);
  const step = await world.secondsUntil(async () => (await world.weights())[0]?.[1] === 100);
  assert.ok(step >= 60 && step <= 90, `${step} s`);
  await world.secondsUntil(world.isAt("BAKE_TIME"));
  const bake = await world.secondsUntil(world.isAt("CLEAN_UP"));
  assert.ok(bake >= 89 && bake <= 91, `${bake} s`);
});

test("a linear deployment pauses before each step with a new hookId, and does not wait after the last one", async () => {
  const world = await withShifts();
  await world.deploy("good:2", {
    strategy: "LINEAR",
    linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 2 },
    lifecycleHooks: [pause(["PRE_PRODUCTION_TRAFFIC_SHIFT"])],
  });
  const steps: unknown[] = [];
  const ids = new Set<string>();
  while (!(await world.hasEnded())) {
    if ((await world.hooksAwaiting()).length > 0) {
      steps.push((await world.weights())[0]?.[1]);
      ids.add(await world.act("CONTINUE"));
    }
    world.clock.advance(1_000);
  }
  assert.deepEqual([steps, ids.size], [[0, 40, 80], 3]);
  const hooks = (await world.newest()).lifecycleHookDetails;
  assert.deepEqual(
    hooks.map(({ status }: { status: string }) => status),
    ["SUCCEEDED", "SUCCEEDED", "SUCCEEDED"],
  );
});

test("the default linear deployment takes 54 minutes before its bake time begins", async (t) => {
  const world = await withShifts();
  await world.deploy("good:2", { strategy: "LINEAR", bakeTimeInMinutes: 0 });
  await world.secondsUntil(world.isAt("PRODUCTION_TRAFFIC_SHIFT"));
  const minutes = (await world.secondsUntil(world.isAt("CLEAN_UP"))) / 60;
  t.diagnostic(`${minutes.toFixed(1)} minutes`);
  assert.ok(Math.abs(minutes - 54) <= 5.4, `${minutes} minutes`);
});
