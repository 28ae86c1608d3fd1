import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceDeploymentView, Snapshot } from "../../../lib/ecs/snapshot.js";
import { diagnose } from "../../../lib/rollout/diagnose/diagnose.js";
import { base, deployment, oldTask, serviceDeployment, snapshot, subject, task } from "../../support/snapshots.js";
import { exited, stopped } from "../../support/stopped-tasks.js";

const inProgress = { deployments: [deployment({ rolloutState: "IN_PROGRESS", runningCount: 0 })] };

const eventCauses: [cause: string, event: string][] = [
  ["no-capacity", "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later."],
  ["no-capacity", "was unable to place a task because no container instance met all of its requirements."],
  [
    "quota-reached",
    "was unable to place a task. Reason: You’ve reached the limit on the number of vCPUs you can run concurrently",
  ],
  ["quota-reached", "was unable to place a task. Reason: The requested CPU configuration is above your limit."],
  ["cannot-be-placed", "was unable to place a task. Reason: Internal error."],
  ["service-throttled", "operations are being throttled. Will try again later."],
  [
    "configuration-blocks",
    "was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
  ],
  [
    "role-unusable",
    "failed to launch a task with (error ECS was unable to assume the role 'arn:x' that was provided for this task.).",
  ],
];
for (const [cause, event] of eventCauses) {
  test(`an event shows a cause that no task shows: ${event} is ${cause}`, () => {
    const events = [`(service s) ${event}`];
    const diagnosis = diagnose(subject, [snapshot({ ...inProgress, tasks: [], events })]);
    assert.equal(diagnosis.cause, cause);
    assert.deepEqual(diagnosis.evidence, events);
  });
}

test("old tasks under scale-in protection are named, regardless of failures before ours ran", () => {
  const events = [
    "(service s) was unable to reach steady state because (taskSet ecs-svc/1) was unable to scale in due to (reason 2 tasks under protection)",
  ];
  const tasks = [exited({ exitCode: 1 }, "cccccccc"), task(), oldTask()];
  const deployments = [deployment({ rolloutState: "IN_PROGRESS" })];
  assert.equal(diagnose(subject, [snapshot({ deployments, tasks, events })]).cause, "scale-in-protected");
});

const reasons: [cause: string, ours: ServiceDeploymentView][] = [
  ["stopped-by-person", serviceDeployment("STOPPED", { statusReason: "Service deployment stopped by user." })],
  ["hook-failed", serviceDeployment("ROLLBACK_SUCCESSFUL", { statusReason: "PRE_SCALE_UP lifecycle hook(s) failed." })],
  ["alarm-fired", serviceDeployment("STOPPED", { alarms: { status: "TRIGGERED", triggered: ["5xx"] } })],
];
const spot = stopped("SpotInterruption", "Your Spot Task was interrupted.", { exitCode: 143 });
for (const [cause, ours] of reasons) {
  test(`a rollout without failed tasks is diagnosed as ${cause} by ECS's reason`, () => {
    assert.equal(diagnose(subject, [snapshot({ ours })]).cause, cause);
    assert.equal(diagnose(subject, [snapshot({ ours, tasks: [spot] })]).cause, cause);
  });
  test(`failed tasks explain more than ECS's reason for ${cause}`, () => {
    assert.equal(diagnose(subject, [snapshot({ ours, tasks: [exited({ exitCode: 1 })] })]).cause, "container-exits");
  });
}

test("a user's stop is not the cause of a rollout whose tasks could not be placed", () => {
  const ours = serviceDeployment("STOPPED", { statusReason: "Service deployment stopped by user." });
  const events = ["(service s) was unable to place a task. Reason: Capacity is unavailable at this time."];
  assert.equal(diagnose(subject, [snapshot({ ours, tasks: [], events })]).cause, "no-capacity");
});

const graced = (parts: Parameters<typeof snapshot>[0]): Snapshot => {
  const look = snapshot({ ...inProgress, ...parts });
  return { ...look, service: { ...look.service, healthCheckGracePeriodSeconds: 60 } };
};

test("a health check that fails within the grace period is a slow start, and after it a failing check", () => {
  const tasks = [task({ healthStatus: "UNHEALTHY", containers: [{ name: "app", healthStatus: "UNHEALTHY" }] })];
  const looks = [graced({ at: 0, tasks }), graced({ at: 59_000, tasks })];
  assert.equal(diagnose(subject, looks).cause, "slow-start");
  assert.equal(diagnose(subject, looks).failedTasks, 0);
  assert.equal(diagnose(subject, [...looks, graced({ at: 60_000, tasks })]).cause, "health-check");
});

test("tasks that are not healthy yet at the deadline are a slow start", () => {
  const diagnosis = diagnose(subject, [snapshot({ ...inProgress, tasks: [task({ lastStatus: "PENDING" })] })]);
  assert.equal(diagnosis.cause, "slow-start");
  assert.deepEqual(diagnosis.evidence, ["task aaaaaaaa PENDING"]);
});

test("old tasks that drain at the deadline are named as the reason for the wait", () => {
  const diagnosis = diagnose(subject, [snapshot({ tasks: [task(), oldTask({ desiredStatus: "STOPPED" })] })]);
  assert.equal(diagnosis.cause, "draining");
  assert.equal(diagnosis.failedTasks, 0);
});

test("a task that failed before ours ran is not why the old ones still drain", () => {
  const tasks = [exited({ exitCode: 1 }, "cccccccc"), task(), oldTask({ desiredStatus: "STOPPED" })];
  assert.equal(diagnose(subject, [snapshot({ tasks })]).cause, "draining");
});

test("without a known cause, the newest events of ours are shown", () => {
  const events = ["(service s) is unable to consistently start tasks successfully."];
  const back = deployment({ id: "ecs-svc/1", taskDefinition: base, createdAt: 5000 });
  const diagnosis = diagnose(subject, [
    snapshot({ ...inProgress, events }),
    snapshot({ deployments: [back], tasks: [], events }),
  ]);
  assert.equal(diagnosis.cause, "unknown");
  assert.deepEqual(diagnosis.evidence, events);
});

for (const status of ["DRAINING", "INACTIVE"]) {
  test(`a service that is ${status} was deleted, regardless of its tasks`, () => {
    const look = snapshot({ tasks: [oldTask({ desiredStatus: "STOPPED" }), exited({ exitCode: 1 })] });
    const { cause, title, evidence, fix } = diagnose(subject, [{ ...look, service: { ...look.service, status } }]);
    assert.equal(cause, "service-deleted");
    assert.equal(title, "the service was deleted");
    assert.deepEqual(evidence, [`service ${status}, 1 tasks wanted, 1 still running`]);
    assert.match(fix, /DeleteService/);
  });
}

test("where the cluster no longer exists, ECS's error is the evidence", () => {
  const look = snapshot({});
  const gone = 'There is no cluster "c" in us-west-2.';
  const { cause, evidence } = diagnose(subject, [{ ...look, service: { ...look.service, notFound: gone } }]);
  assert.equal(cause, "service-deleted");
  assert.deepEqual(evidence, [gone]);
});
