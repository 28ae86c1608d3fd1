import assert from "node:assert/strict";
import { test } from "node:test";
import { elapsed } from "../../src/rollout/elapsed.js";
import { happened } from "../../src/rollout/progress.js";
import { deployment, oldTask, serviceDeployment, snapshot, subject, task } from "../support/snapshots.js";

const inProgress = serviceDeployment("IN_PROGRESS");
const parts = { ours: inProgress, deployments: [deployment({ rolloutState: "IN_PROGRESS" })] };

test("the service's events are told oldest first, each once", () => {
  const first = snapshot({ ...parts, events: ["newer", "older"] });
  assert.deepEqual(happened(subject, undefined, first, new Set()).slice(0, 2), ["event: older", "event: newer"]);
  assert.deepEqual(happened(subject, first, first, new Set()), []);
});

test("events from before the rollout are not told", () => {
  const first = snapshot({ ...parts, events: ["old news"] });
  assert.ok(!happened(subject, undefined, first, new Set(["e0"])).includes("event: old news"));
});

test("a task is told when its state changes, with the reason it stopped for", () => {
  const before = snapshot(parts);
  const stopped = task({ lastStatus: "STOPPED", stoppedReason: "Essential container in task exited" });
  assert.deepEqual(happened(subject, before, snapshot({ ...parts, tasks: [stopped] }), new Set()), [
    "task aaaaaaaa: STOPPED (Essential container in task exited)",
  ]);
});

test("tasks of other revisions are not told", () => {
  const before = snapshot(parts);
  assert.deepEqual(happened(subject, before, snapshot({ ...parts, tasks: [task(), oldTask()] }), new Set()), []);
});

test("the deployment is told when its state or its counts change", () => {
  const before = snapshot(parts);
  const failing = snapshot({
    ours: inProgress,
    deployments: [deployment({ rolloutState: "IN_PROGRESS", runningCount: 0, failedTasks: 2 })],
  });
  assert.deepEqual(happened(subject, before, failing, new Set()), ["deployment IN_PROGRESS: 0 of 1 running, 2 failed"]);
});

test("elapsed time is in minutes and seconds", () => {
  assert.equal(elapsed(65_999), "+1:05");
});
