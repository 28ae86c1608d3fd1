import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../src/rollout/diagnose.js";
import type { ContainerView, ServiceDeploymentView, TaskView } from "../../src/rollout/snapshot.js";
import { oldTask, serviceDeployment, snapshot, subject, task } from "../support/snapshots.js";

const stopped = (stopCode: string, stoppedReason: string, container: Partial<ContainerView> = {}): TaskView =>
  task({
    lastStatus: "STOPPED",
    desiredStatus: "STOPPED",
    stopCode,
    stoppedReason,
    containers: [{ name: "app", ...container }],
  });
const exited = (container: Partial<ContainerView>) =>
  stopped("EssentialContainerExited", "Essential container in task exited", container);

const cases: [cause: string, TaskView][] = [
  [
    "image-missing",
    stopped(
      "TaskFailedToStart",
      `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref r@sha256:${"403".repeat(21)}4: r: not found`,
    ),
  ],
  [
    "wrong-platform",
    stopped(
      "TaskFailedToStart",
      "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain descriptor matching platform 'linux/amd64'",
    ),
  ],
  [
    "image-denied",
    stopped(
      "TaskFailedToStart",
      "CannotPullContainerError: pull access denied, repository does not exist or 403 Forbidden",
    ),
  ],
  [
    "secret-unavailable",
    stopped(
      "TaskFailedToStart",
      "ResourceInitializationError: unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can't find it",
    ),
  ],
  ["resources-unavailable", stopped("TaskFailedToStart", "CannotPullContainerError: dial tcp: i/o timeout")],
  ["out-of-memory", exited({ exitCode: 137, reason: "OutOfMemoryError: container killed due to memory usage" })],
  [
    "load-balancer-health-check",
    stopped("ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group x)"),
  ],
  ["health-check", stopped("ServiceSchedulerInitiated", "Task failed container health checks")],
  ["cannot-start", exited({ exitCode: 127 })],
  ["killed", exited({ exitCode: 137 })],
  ["container-exits", exited({ exitCode: 1 })],
  ["stopped-by-person", stopped("UserInitiated", "by hand")],
  ["interrupted", stopped("SpotInterruption", "")],
];
for (const [cause, view] of cases) {
  test(`${view.stoppedReason || view.stopCode} ${JSON.stringify(view.containers[0])} is told as ${cause}`, () => {
    const diagnosis = diagnose(subject, [snapshot({ tasks: [view] })], new Set());
    assert.equal(diagnosis.cause, cause);
    assert.ok(diagnosis.evidence.length > 0);
    assert.equal(diagnosis.task, view.arn);
  });
}

test("a cause outlives the task's leaving the lists and the rollback", () => {
  const looks = [snapshot({ tasks: [exited({ exitCode: 1 })] }), snapshot({ tasks: [oldTask()] })];
  assert.equal(diagnose(subject, looks, new Set()).cause, "container-exits");
});

test("tasks of another revision are no evidence", () => {
  const other = { ...exited({ exitCode: 1 }), taskDefinition: "arn:other" };
  assert.deepEqual(diagnose(subject, [snapshot({ tasks: [other] })], new Set()).failedTasks, 0);
});

test("a task that the rollback stopped did not fail", () => {
  const scaledIn = stopped("ServiceSchedulerInitiated", "Scaling activity initiated by (deployment ecs-svc/2)", {
    exitCode: 143,
  });
  assert.equal(diagnose(subject, [snapshot({ tasks: [scaledIn] })], new Set()).failedTasks, 0);
});

test("an event tells what no task can: that none could be placed", () => {
  const events = ["(service s) was unable to place a task. Reason: no capacity."];
  const diagnosis = diagnose(subject, [snapshot({ tasks: [], events })], new Set());
  assert.equal(diagnosis.cause, "cannot-be-placed");
  assert.deepEqual(diagnosis.evidence, events);
});

test("events from before the rollout are no evidence", () => {
  const events = ["(service s) was unable to place a task. Reason: no capacity."];
  assert.equal(diagnose(subject, [snapshot({ tasks: [], events })], new Set(["e0"])).cause, "unknown");
});

const words: [cause: string, ours: ServiceDeploymentView][] = [
  ["stopped-by-person", serviceDeployment("STOPPED", { statusReason: "Service deployment stopped by user." })],
  ["hook-failed", serviceDeployment("ROLLBACK_SUCCESSFUL", { statusReason: "PRE_SCALE_UP lifecycle hook(s) failed." })],
  ["alarm-fired", serviceDeployment("STOPPED", { alarms: { status: "TRIGGERED", triggered: ["5xx"] } })],
];
for (const [cause, view] of words) {
  test(`a rollout that no task brought down is told as ${cause} by ECS's reason`, () => {
    assert.equal(diagnose(subject, [snapshot({ ours: view })], new Set()).cause, cause);
  });
}
