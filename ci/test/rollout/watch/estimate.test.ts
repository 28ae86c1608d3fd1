import assert from "node:assert/strict";
import { test } from "node:test";
import { estimate } from "../../../lib/rollout/watch/estimate.js";
import { base, deployment, snapshot, subject } from "../../support/snapshots.js";

/** Builds an observation `seconds` after the first, with counts of our tasks and of old ones. */
function look(seconds: number, ours: number, old: number, desiredCount = 4) {
  const previous = deployment({ id: "ecs-svc/1", status: "ACTIVE", taskDefinition: base, runningCount: old });
  const deployments = [deployment({ runningCount: ours }), ...(old > 0 ? [previous] : [])];
  return snapshot({ at: seconds * 1000, desiredCount, deployments });
}
const first = look(0, 0, 4);

test("each task that starts and each that stops counts the same", () => {
  assert.equal(estimate(subject, first, look(10, 1, 4))?.percentReplaced, 12);
  assert.equal(estimate(subject, first, look(10, 4, 4))?.percentReplaced, 50);
  assert.equal(estimate(subject, first, look(10, 4, 1))?.percentReplaced, 87);
  assert.deepEqual(estimate(subject, first, look(10, 4, 0)), { percentReplaced: 100 });
});

test("the time left is the rest at the pace so far", () => {
  assert.deepEqual(estimate(subject, first, look(60, 2, 4)), { percentReplaced: 25, secondsLeft: 180 });
  assert.deepEqual(estimate(subject, first, look(120, 4, 2)), { percentReplaced: 75, secondsLeft: 40 });
});

test("no time is shown while nothing has been replaced, or when progress goes backwards", () => {
  assert.deepEqual(estimate(subject, first, look(60, 0, 4)), { percentReplaced: 0 });
  assert.deepEqual(estimate(subject, look(0, 2, 4), look(60, 1, 4)), { percentReplaced: 12 });
});

test("a rollout that was attached to is timed from the first poll, not from its beginning", () => {
  assert.deepEqual(estimate(subject, look(0, 2, 4), look(30, 4, 4)), { percentReplaced: 50, secondsLeft: 60 });
});

test("more tasks than desired count as 100 percent", () => {
  assert.deepEqual(estimate(subject, first, look(60, 6, 0)), { percentReplaced: 100 });
});

test("nothing is shown once another deployment is PRIMARY, or at a desired count of 0", () => {
  const back = snapshot({ deployments: [deployment({ id: "ecs-svc/1", taskDefinition: base })] });
  assert.equal(estimate(subject, first, back), undefined);
  assert.equal(estimate(subject, look(0, 0, 0, 0), look(60, 0, 0, 0)), undefined);
});
