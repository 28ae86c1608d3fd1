import assert from "node:assert/strict";
import { test } from "node:test";
import type { Snapshot } from "../../../lib/ecs/snapshot.js";
import { formatProgressEvent } from "../../../lib/rollout/progress-event.js";
import { elapsed } from "../../../lib/rollout/watch/elapsed.js";
import { progressEvents } from "../../../lib/rollout/watch/progress.js";
import { deployment, oldTask, serviceDeployment, snapshot, subject, task } from "../../support/snapshots.js";

const inProgress = serviceDeployment("IN_PROGRESS");
const parts = { ours: inProgress, deployments: [deployment({ rolloutState: "IN_PROGRESS" })] };
const lines = (before: Snapshot[], now: Snapshot, known = new Set<string>()) =>
  progressEvents(subject, before, now, known).map(formatProgressEvent);

test("the service's events are shown oldest first, each once", () => {
  const first = snapshot({ ...parts, events: ["newer", "older"] });
  assert.deepEqual(lines([], first).slice(0, 2), ["event: older", "event: newer"]);
  assert.deepEqual(lines([first], first), []);
});

test("events from before the rollout are not shown", () => {
  const first = snapshot({ ...parts, events: ["old news"] });
  assert.ok(!lines([], first, new Set(["e0"])).includes("event: old news"));
});

test("a task is shown when its state changes, with its stop reason", () => {
  const before = snapshot(parts);
  const stopped = task({ lastStatus: "STOPPED", stoppedReason: "Essential container in task exited" });
  assert.deepEqual(lines([before], snapshot({ ...parts, tasks: [stopped] })), [
    "task aaaaaaaa: STOPPED (Essential container in task exited)",
  ]);
});

test("a task is shown once for each change of its health", () => {
  const looks = ["UNKNOWN", "HEALTHY", "HEALTHY", "UNHEALTHY"].map((healthStatus) =>
    snapshot({ ...parts, tasks: [task({ healthStatus })] }),
  );
  const shown = looks.slice(1).map((now, index) => lines(looks.slice(0, index + 1), now));
  assert.deepEqual(shown, [["task aaaaaaaa: RUNNING, HEALTHY"], [], ["task aaaaaaaa: RUNNING, UNHEALTHY"]]);
});

test("an event that ECS repeats is shown once, with its count", () => {
  const repeated = ["registered 1 targets", "registered 1 targets", "has started 1 tasks", "registered 1 targets"];
  // The newest comes first.
  const events = [...repeated].reverse();
  assert.deepEqual(lines([snapshot(parts)], snapshot({ ...parts, events })), [
    "event: registered 1 targets (2 times)",
    "event: has started 1 tasks",
    "event: registered 1 targets",
  ]);
});

test("tasks of other revisions are not shown", () => {
  assert.deepEqual(lines([snapshot(parts)], snapshot({ ...parts, tasks: [task(), oldTask()] })), []);
});

const many = (states: Partial<ReturnType<typeof task>>[]) =>
  snapshot({ ...parts, desiredCount: 40, tasks: states.map((state, n) => task({ arn: `arn:task/c/${n}`, ...state })) });
const pending = { lastStatus: "PENDING" };

test("many tasks are shown as sums, one line for each new state", () => {
  const before = many([{}, ...Array(39).fill(pending)]);
  const crashed = { lastStatus: "STOPPED", stoppedReason: "Essential container in task exited" };
  const now = many([...Array(12).fill({}), ...Array(26).fill(pending), crashed, crashed]);
  assert.deepEqual(lines([before], now), [
    "12 of 40 tasks RUNNING",
    "2 tasks STOPPED so far (Essential container in task exited)",
  ]);
  assert.deepEqual(lines([before, now], now), []);
});

test("the deployment is shown when its state or its counts change", () => {
  const before = snapshot(parts);
  const failing = snapshot({
    ours: inProgress,
    deployments: [deployment({ rolloutState: "IN_PROGRESS", runningCount: 0, failedTasks: 2 })],
  });
  assert.deepEqual(lines([before], failing), ["deployment IN_PROGRESS: 0 of 1 running, 2 failed, 0 % replaced"]);
});

const underWay = deployment({ rolloutState: "IN_PROGRESS", desiredCount: 4, runningCount: 2 });
const old = deployment({ id: "ecs-svc/1", status: "ACTIVE", taskDefinition: "arn:old", runningCount: 4 });
const other = deployment({ id: "ecs-svc/3", taskDefinition: "arn:other" });
const look = (own: typeof underWay, beside = [old], ours = inProgress) =>
  snapshot({ ours, desiredCount: 4, deployments: [own, ...beside] });

for (const [what, before, now] of [
  ["its status", look(underWay), look(underWay, [old], serviceDeployment("SUCCESSFUL"))],
  [
    "its stage",
    look(underWay),
    look(underWay, [old], serviceDeployment("IN_PROGRESS", { lifecycleStage: "BAKE_TIME" })),
  ],
  ["its role", look({ ...underWay, status: "ACTIVE" }, [other]), look({ ...underWay, status: "INACTIVE" }, [other])],
  ["its running tasks", look({ ...underWay, runningCount: 5 }, []), look({ ...underWay, runningCount: 6 }, [])],
  ["its desired count", look(underWay), look({ ...underWay, desiredCount: 5 })],
  ["its failed tasks", look(underWay), look({ ...underWay, failedTasks: 1 })],
  ["how much is replaced", look(underWay), look(underWay, [{ ...old, runningCount: 3 }])],
] as const) {
  test(`the deployment is shown when ${what} alone has changed`, () => {
    assert.deepEqual(lines([before], before), []);
    assert.equal(lines([before], now).length, 1);
  });
}

test("the replaced share is shown with the deployment, and a change of the remaining time alone is not shown", () => {
  const at = (seconds: number, ours: number, old: number) => {
    const previous = deployment({ id: "ecs-svc/1", status: "ACTIVE", taskDefinition: "arn:old", runningCount: old });
    const deployments = [deployment({ rolloutState: "IN_PROGRESS", desiredCount: 4, runningCount: ours }), previous];
    return snapshot({ at: seconds * 1000, ours: inProgress, desiredCount: 4, deployments });
  };
  const looks = [at(0, 0, 4), at(60, 2, 4)] as const;
  assert.deepEqual(lines([looks[0]], looks[1]), [
    "deployment IN_PROGRESS: 2 of 4 running, 25 % replaced, about 3 min left",
  ]);
  assert.deepEqual(lines([...looks], at(90, 2, 4)), []);
});

test("elapsed time is in minutes and seconds", () => {
  assert.equal(elapsed(65_999), "+1:05");
});
