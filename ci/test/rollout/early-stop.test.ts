import assert from "node:assert/strict";
import { test } from "node:test";
import { hopeless } from "../../src/rollout/early-stop.js";
import type { Snapshot } from "../../src/rollout/snapshot.js";
import { base, deployment, ours, serviceDeployment, snapshot, subject, task } from "../support/snapshots.js";

const missing = { lastStatus: "STOPPED", desiredStatus: "STOPPED", stopCode: "TaskFailedToStart" };
const notFound = "CannotPullContainerError: failed to resolve ref IMAGE: IMAGE: not found";
const failed = (id: string, stoppedReason = notFound) => task({ arn: `arn:task/c/${id}`, ...missing, stoppedReason });
const before = deployment({ id: "ecs-svc/1", status: "ACTIVE", taskDefinition: base, rolloutState: "COMPLETED" });
const under = deployment({ rolloutState: "IN_PROGRESS" });

function look(more: Parameters<typeof snapshot>[0] = {}): Snapshot {
  const tasks = [failed("a"), failed("b")];
  return snapshot({ deployments: [under, before], ours: serviceDeployment("IN_PROGRESS"), tasks, ...more });
}

test("tasks that fail of what can't heal are counted by their cause", () => {
  assert.deepEqual(hopeless(subject, [look()]), {
    cause: "image-missing",
    title: "the image does not exist",
    failures: 2,
  });
  assert.equal(hopeless(subject, [look({ tasks: [failed("a")] })])?.failures, 1);
});

test("what might heal is left to the circuit breaker", () => {
  const exits = task({ ...missing, stopCode: "EssentialContainerExited", containers: [{ name: "app", exitCode: 1 }] });
  assert.equal(hopeless(subject, [look({ tasks: [exits, { ...exits, arn: "arn:task/c/z" }] })]), undefined);
});

test("a rollout of which a task was healthy once is not stopped early", () => {
  const healthy = look({ tasks: [task({ healthStatus: "HEALTHY" })] });
  assert.equal(hopeless(subject, [healthy, look()]), undefined);
  const running = [0, 40_000].map((at) => look({ at, tasks: [task()] })) as [Snapshot, Snapshot];
  assert.equal(hopeless(subject, [...running, look()]), undefined);
  assert.ok(hopeless(subject, [look({ tasks: [task()] }), look({ at: 39_000, tasks: [task()] }), look()]));
});

test("a rollout with nothing to return to is not stopped early", () => {
  assert.equal(hopeless(subject, [look({ deployments: [under] })]), undefined);
  const failedBefore = { ...before, rolloutState: "FAILED" };
  assert.equal(hopeless(subject, [look({ deployments: [under, failedBefore] })]), undefined);
  assert.equal(hopeless(subject, [look({ deployments: [under, { ...before, taskDefinition: ours }] })]), undefined);
});

test("a rollout that is ending, that somebody has replaced or that the public is on is not stopped early", () => {
  for (const status of ["ROLLBACK_REQUESTED", "STOP_REQUESTED", "SUCCESSFUL", "SOMETHING_NEW"]) {
    assert.equal(hopeless(subject, [look({ ours: serviceDeployment(status) })]), undefined, status);
  }
  const other = deployment({ id: "ecs-svc/3", taskDefinition: base });
  assert.equal(hopeless(subject, [look({ deployments: [other, { ...under, status: "ACTIVE" }, before] })]), undefined);
  const baking = serviceDeployment("IN_PROGRESS", { lifecycleStage: "BAKE_TIME" });
  assert.equal(hopeless(subject, [look({ ours: baking })]), undefined);
});
