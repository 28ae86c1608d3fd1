import assert from "node:assert/strict";
import { test } from "node:test";
import { shiftPlanOf } from "../../../lib/ecs/shift-plan.js";
import type { ServiceDeploymentView, Snapshot } from "../../../lib/ecs/snapshot.js";
import { formatProgressEvent } from "../../../lib/rollout/progress-event.js";
import { progressEvents } from "../../../lib/rollout/watch/progress.js";
import { shiftProgress } from "../../../lib/rollout/watch/shift-progress.js";
import { deployment, serviceDeployment, snapshot, subject } from "../../support/snapshots.js";

const linear = shiftPlanOf({
  strategy: "LINEAR",
  bakeTimeInMinutes: 60,
  linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 20 },
});
assert.ok(linear);

/** An observation at a second, in a stage and with a production weight. */
function at(seconds: number, stage: string, productionWeight: number, more: Partial<ServiceDeploymentView> = {}) {
  const shown = { lifecycleStage: stage, productionWeight, testWeight: 100, shift: linear as typeof linear & object };
  return snapshot({
    at: seconds * 1000,
    ours: serviceDeployment("IN_PROGRESS", { ...shown, ...more }),
    deployments: [deployment({ rolloutState: "IN_PROGRESS" })],
  });
}

const lines = (snapshots: Snapshot[]) =>
  snapshots.map((now, index) =>
    progressEvents(subject, snapshots.slice(0, index), now, new Set()).flatMap((event) =>
      event.type === "deployment" ? [formatProgressEvent(event)] : [],
    ),
  );

test("the plan of a strategy has the weight after each shift, with the defaults of ECS", () => {
  assert.deepEqual(linear.weights, [40, 80, 100]);
  assert.deepEqual(shiftPlanOf({ strategy: "CANARY" }), {
    strategy: "CANARY",
    weights: [5, 100],
    stepSeconds: 600,
    bakeSeconds: 0,
  });
  const { weights = [], stepSeconds } = shiftPlanOf({ strategy: "LINEAR" }) ?? {};
  assert.deepEqual([weights.length, weights[2], stepSeconds], [10, 30, 360]);
  assert.equal(shiftPlanOf({ strategy: "LINEAR", linearConfiguration: { stepPercent: 33.4 } })?.weights[1], 66.8);
  assert.equal(shiftPlanOf({ strategy: "ROLLING" }), undefined);
  assert.equal(shiftPlanOf(), undefined);
});

test("the step is counted by the weight, in each stage", () => {
  const steps = [at(0, "SCALE_UP", 0), at(1, "PRODUCTION_TRAFFIC_SHIFT", 40), at(2, "PRE_PRODUCTION_TRAFFIC_SHIFT", 80)]
    .map((now) => shiftProgress([now]))
    .map((progress) => [progress?.step, progress?.steps]);
  assert.deepEqual(steps, [
    [0, 3],
    [1, 3],
    [2, 3],
  ]);
});

test("the time left has all waits that are still to come, less what has passed of the present one", () => {
  const seen = [at(0, "PRODUCTION_TRAFFIC_SHIFT", 40), at(300, "PRODUCTION_TRAFFIC_SHIFT", 40)];
  const { waitSecondsLeft, secondsLeft = 0 } = shiftProgress(seen) ?? {};
  assert.equal(waitSecondsLeft, 900);
  // The present wait, a shift, a wait, a shift, its settling, the bake time, and the end.
  assert.equal(secondsLeft, 900 + 13 + 1200 + 13 + 12 + 3600 + 62);
  assert.equal(shiftProgress([at(0, "BAKE_TIME", 100), at(3000, "BAKE_TIME", 100)])?.waitSecondsLeft, 600);
  assert.equal(shiftProgress([at(0, "CLEAN_UP", 100), at(30, "CLEAN_UP", 100)])?.secondsLeft, 32);
});

test("behind a Network Load Balancer each shift counts 10 minutes more", () => {
  const now = at(0, "SCALE_UP", 0);
  const network: Snapshot = { ...now, service: { ...now.service, isNetworkBalanced: true } };
  assert.equal((shiftProgress([network])?.secondsLeft ?? 0) - (shiftProgress([now])?.secondsLeft ?? 0), 4 * 600);
});

test("no time is left to wait once the deployment ends or is rolled back", () => {
  const back = at(0, "BAKE_TIME", 0, { status: "ROLLBACK_IN_PROGRESS" });
  const { secondsLeft, productionWeight } = shiftProgress([back]) ?? {};
  assert.deepEqual([secondsLeft, productionWeight], [undefined, 0]);
  assert.equal(shiftProgress([snapshot({ ours: serviceDeployment("IN_PROGRESS") })]), undefined);
});

test("a wait is shown when it begins and every 5 minutes, and a shift when its weight changes", () => {
  const wait = [0, 120, 240, 301, 420, 601].map((seconds) => at(seconds, "PRODUCTION_TRAFFIC_SHIFT", 40));
  assert.deepEqual(lines([...wait, at(602, "PRODUCTION_TRAFFIC_SHIFT", 80)]).flat(), [
    "deployment IN_PROGRESS, PRODUCTION_TRAFFIC_SHIFT: production 40 % (step 1 of 3), test 100 %, 1 of 1 running, at most 20 min until the next step, about 102 min left",
    "deployment IN_PROGRESS, PRODUCTION_TRAFFIC_SHIFT: production 40 % (step 1 of 3), test 100 %, 1 of 1 running, at most 15 min until the next step, about 97 min left",
    "deployment IN_PROGRESS, PRODUCTION_TRAFFIC_SHIFT: production 40 % (step 1 of 3), test 100 %, 1 of 1 running, at most 10 min until the next step, about 92 min left",
    "deployment IN_PROGRESS, PRODUCTION_TRAFFIC_SHIFT: production 80 % (step 2 of 3), test 100 %, 1 of 1 running, at most 20 min until the next step, about 81 min left",
  ]);
});

test("a long bake time is shown twelve times", () => {
  const shift = { ...linear, bakeSeconds: 86_400 };
  const bake = Array.from({ length: 1440 }, (_, minute) => at(minute * 60, "BAKE_TIME", 100, { shift }));
  assert.equal(lines(bake).flat().length, 12);
});

test("hooks that run or wait are shown", () => {
  const waiting = at(0, "POST_TEST_TRAFFIC_SHIFT", 0, {
    runningHooks: ["smoke-test"],
    waitingHooks: [{ hookId: "ecs-pause-1" }],
  });
  assert.match(lines([waiting]).flat()[0] ?? "", /1 of 1 running, waits for hooks ecs-pause-1, smoke-test, about/);
});
