import assert from "node:assert/strict";
import { test } from "node:test";
import type { Snapshot } from "../../../lib/ecs/snapshot.js";
import { failFastReason, failuresWithoutBreaker } from "../../../lib/rollout/fail-fast/fail-fast-reason.js";
import {
  base,
  deployment,
  oldTask,
  ours,
  serviceDeployment,
  snapshot,
  subject,
  task,
} from "../../support/snapshots.js";

const missing = { lastStatus: "STOPPED", desiredStatus: "STOPPED", stopCode: "TaskFailedToStart" };
const notFound = "CannotPullContainerError: failed to resolve ref IMAGE: IMAGE: not found";
const failed = (id: string, stoppedReason = notFound) => task({ arn: `arn:task/c/${id}`, ...missing, stoppedReason });
const before = deployment({ id: "ecs-svc/1", status: "ACTIVE", taskDefinition: base, rolloutState: "COMPLETED" });
const under = deployment({ rolloutState: "IN_PROGRESS" });

function look(more: Parameters<typeof snapshot>[0] = {}): Snapshot {
  const tasks = [failed("a"), failed("b")];
  return snapshot({ deployments: [under, before], ours: serviceDeployment("IN_PROGRESS"), tasks, ...more });
}

test("tasks with a terminal failure are counted by their cause", () => {
  assert.deepEqual(failFastReason(subject, [look()]), {
    cause: "image-missing",
    title: "the image does not exist",
    failures: 2,
  });
  assert.equal(failFastReason(subject, [look({ tasks: [failed("a")] })])?.failures, 1);
});

test("failures that may heal are left to the circuit breaker", () => {
  const exits = task({ ...missing, stopCode: "EssentialContainerExited", containers: [{ name: "app", exitCode: 1 }] });
  assert.equal(failFastReason(subject, [look({ tasks: [exits, { ...exits, arn: "arn:task/c/z" }] })]), undefined);
});

test("a rollout that had a healthy task is not stopped early", () => {
  const healthy = look({ tasks: [task({ healthStatus: "HEALTHY" })] });
  assert.equal(failFastReason(subject, [healthy, look()]), undefined);
  const running = [0, 40_000].map((at) => look({ at, tasks: [task()] })) as [Snapshot, Snapshot];
  assert.equal(failFastReason(subject, [...running, look()]), undefined);
  assert.ok(failFastReason(subject, [look({ tasks: [task()] }), look({ at: 39_000, tasks: [task()] }), look()]));
});

test("a rollout with nothing to return to is not stopped early", () => {
  assert.equal(failFastReason(subject, [look({ deployments: [under] })]), undefined);
  const failedBefore = { ...before, rolloutState: "FAILED" };
  assert.equal(failFastReason(subject, [look({ deployments: [under, failedBefore] })]), undefined);
  assert.equal(
    failFastReason(subject, [look({ deployments: [under, { ...before, taskDefinition: ours }] })]),
    undefined,
  );
});

test("a rollout that is ending, was replaced, or serves the public is not stopped early", () => {
  for (const status of ["ROLLBACK_REQUESTED", "STOP_REQUESTED", "SUCCESSFUL", "SOMETHING_NEW"]) {
    assert.equal(failFastReason(subject, [look({ ours: serviceDeployment(status) })]), undefined, status);
  }
  const other = deployment({ id: "ecs-svc/3", taskDefinition: base });
  assert.equal(
    failFastReason(subject, [look({ deployments: [other, { ...under, status: "ACTIVE" }, before] })]),
    undefined,
  );
  const baking = serviceDeployment("IN_PROGRESS", { lifecycleStage: "BAKE_TIME" });
  assert.equal(failFastReason(subject, [look({ ours: baking })]), undefined);
  const secondStep = serviceDeployment("IN_PROGRESS", { lifecycleStage: "PRE_PRODUCTION_TRAFFIC_SHIFT" });
  assert.equal(failFastReason(subject, [look({ ours: secondStep })]), undefined);
});

test("the weight of the production traffic decides before the stage", () => {
  const lifecycleStage = "PRE_PRODUCTION_TRAFFIC_SHIFT";
  const at = (productionWeight: number) => serviceDeployment("IN_PROGRESS", { lifecycleStage, productionWeight });
  assert.equal(failFastReason(subject, [look({ ours: at(10) })]), undefined);
  assert.equal(failFastReason(subject, [look({ ours: at(0) })])?.cause, "image-missing");
});

const off = serviceDeployment("IN_PROGRESS", { breaker: { status: "DISABLED", failureCount: 0, threshold: 0 } });
const failing = (failedTasks: number, more: Parameters<typeof snapshot>[0] = {}) =>
  look({ ours: off, deployments: [{ ...under, failedTasks }, before], tasks: [], ...more });

test("where the service has no circuit breaker, as many failures as it would take are enough", () => {
  assert.equal(failuresWithoutBreaker(subject, [failing(2)]), undefined);
  assert.equal(failuresWithoutBreaker(subject, [failing(3)]), 3);
  assert.equal(failuresWithoutBreaker(subject, [failing(12, { desiredCount: 25 })]), undefined);
  assert.equal(failuresWithoutBreaker(subject, [failing(13, { desiredCount: 25 })]), 13);
  assert.equal(failuresWithoutBreaker(subject, [failing(199, { desiredCount: 1000 })]), undefined);
  assert.equal(failuresWithoutBreaker(subject, [failing(200, { desiredCount: 1000 })]), 200);
});

test("with a circuit breaker, a healthy task or no rollback target, failures do not stop a rollout", () => {
  assert.equal(failuresWithoutBreaker(subject, [failing(9, { ours: serviceDeployment("IN_PROGRESS") })]), undefined);
  const monitored = { breaker: { status: "MONITORING", failureCount: 9, threshold: 10 } };
  assert.equal(
    failuresWithoutBreaker(subject, [failing(9, { ours: serviceDeployment("IN_PROGRESS", monitored) })]),
    undefined,
  );
  assert.equal(
    failuresWithoutBreaker(subject, [look({ tasks: [task({ healthStatus: "HEALTHY" })] }), failing(9)]),
    undefined,
  );
  assert.equal(
    failuresWithoutBreaker(subject, [failing(9, { deployments: [{ ...under, failedTasks: 9 }] })]),
    undefined,
  );
});

test("behind a load balancer a container that is healthy by itself does not count, and an old task that ECS lets go does", () => {
  const balanced = (more: Parameters<typeof snapshot>[0]) => {
    const one = failing(9, more);
    return { ...one, service: { ...one.service, isBalanced: true } };
  };
  assert.equal(failuresWithoutBreaker(subject, [balanced({ tasks: [task({ healthStatus: "HEALTHY" })] })]), 9);
  const letGo = oldTask({ desiredStatus: "STOPPED", stopCode: "ServiceSchedulerInitiated" });
  assert.equal(failuresWithoutBreaker(subject, [balanced({ tasks: [letGo] })]), undefined);
});
