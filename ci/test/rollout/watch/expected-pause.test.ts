import assert from "node:assert/strict";
import { test } from "node:test";
import { shiftPlanOf } from "../../../lib/ecs/shift-plan.js";
import type { ServiceDeploymentView, Subject } from "../../../lib/ecs/snapshot.js";
import { serviceView } from "../../../lib/ecs/views.js";
import { mayPause } from "../../../lib/rollout/watch/expected-pause.js";
import { deployment, serviceDeployment, snapshot, subject } from "../../support/snapshots.js";

const stages = [
  "RECONCILE_SERVICE",
  "PRE_SCALE_UP",
  "SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
];

/** Returns an observation of a service whose deployments pause at one stage. */
function seen(pauseStage: string | undefined, ours: Partial<ServiceDeploymentView> | undefined, running = 1, at = 0) {
  const deployments = [deployment({ rolloutState: "IN_PROGRESS", runningCount: running })];
  const { status = "IN_PROGRESS", ...more } = ours ?? {};
  const latest = snapshot({ at, deployments, ...(ours && { ours: serviceDeployment(status, more) }) });
  const service = { ...latest.service, ...(pauseStage !== undefined && { pauseStages: [pauseStage] }) };
  return { ...latest, service };
}

const stagesBefore = (pauseStage: string) =>
  stages.filter((lifecycleStage) => mayPause(subject, [seen(pauseStage, { lifecycleStage })], 0));

test("a pause may begin from the last stage before its own that takes time", () => {
  assert.deepEqual(stagesBefore("PRE_SCALE_UP"), ["RECONCILE_SERVICE", "PRE_SCALE_UP"]);
  assert.deepEqual(stagesBefore("POST_SCALE_UP"), ["SCALE_UP", "POST_SCALE_UP"]);
  assert.deepEqual(stagesBefore("POST_TEST_TRAFFIC_SHIFT"), ["TEST_TRAFFIC_SHIFT", "POST_TEST_TRAFFIC_SHIFT"]);
  assert.deepEqual(stagesBefore("PRE_PRODUCTION_TRAFFIC_SHIFT"), [
    "TEST_TRAFFIC_SHIFT",
    "POST_TEST_TRAFFIC_SHIFT",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "PRODUCTION_TRAFFIC_SHIFT",
  ]);
  assert.deepEqual(stagesBefore("POST_PRODUCTION_TRAFFIC_SHIFT"), [
    "PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
  ]);
});

test("while tasks are still to start, none begins after them", () => {
  assert.equal(mayPause(subject, [seen("POST_SCALE_UP", { lifecycleStage: "SCALE_UP" }, 0)], 0), false);
});

test("before ECS lists the deployment, and at an unknown stage, any pause may begin", () => {
  assert.equal(mayPause(subject, [seen("POST_PRODUCTION_TRAFFIC_SHIFT", undefined)], 0), true);
  for (const stage of ["SHINY_NEW_STAGE", "constructor"])
    assert.equal(mayPause(subject, [seen("PRE_SCALE_UP", { lifecycleStage: stage })], 0), true, stage);
});

test("none begins without PAUSE hooks, during a rollback, where hooks can't be read, and before the first poll", () => {
  const at = { lifecycleStage: "PRE_SCALE_UP" };
  assert.equal(mayPause(subject, [seen(undefined, at)], 0), false);
  assert.equal(mayPause(subject, [seen("PRE_SCALE_UP", { ...at, status: "ROLLBACK_IN_PROGRESS" })], 0), false);
  for (const unread of [{ classicOnly: "no" }, { listedOnly: "no" }] satisfies Partial<Subject>[])
    assert.equal(mayPause({ ...subject, ...unread }, [seen("PRE_SCALE_UP", at)], 0), false);
  assert.equal(mayPause(subject, [], 0), false);
});

test("between two traffic shifts a pause may begin from the earliest end of the wait on", () => {
  const plan = { strategy: "CANARY", canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 20 } } as const;
  const shift = shiftPlanOf(plan);
  const production = { ...(shift && { shift }), lifecycleStage: "PRODUCTION_TRAFFIC_SHIFT" };
  const step = (at: number, productionWeight: number) =>
    seen("PRE_PRODUCTION_TRAFFIC_SHIFT", { ...production, productionWeight }, 1, at);
  const during = [step(0, 0), step(10_000, 10), step(600_000, 10)];
  assert.equal(mayPause(subject, [step(0, 0)], 0), true);
  assert.equal(mayPause(subject, during, 599_000), false);
  assert.equal(mayPause(subject, during, 600_000), true);
});

test("a service's pauses are the stages of its PAUSE hooks", () => {
  const lifecycleHooks = [
    { targetType: "PAUSE" as const, lifecycleStages: ["PRE_SCALE_UP" as const, "POST_SCALE_UP" as const] },
    { targetType: "PAUSE" as const, lifecycleStages: ["POST_SCALE_UP" as const] },
    { lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT" as const] },
  ];
  assert.deepEqual(serviceView({ deploymentConfiguration: { lifecycleHooks } }).pauseStages, [
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
  ]);
  assert.equal(serviceView({}).pauseStages, undefined);
});
