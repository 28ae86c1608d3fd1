import assert from "node:assert/strict";
import { test } from "node:test";
import { createShareCounter, isImprobable } from "../../../lib/rollout/verify/traffic-share.js";
import { serviceDeployment, snapshot } from "../../support/snapshots.js";

const at = (productionWeight: number) => snapshot({ ours: serviceDeployment("IN_PROGRESS", { productionWeight }) });

test("answers count by the weight of their time, once it has settled and as long as it stays", () => {
  const counter = createShareCounter();
  const ask = (seconds: number, weight: number, isRight: boolean) => counter.begin(at(weight), seconds * 1000)(isRight);
  ask(0, 10, true); // The rule is on its way.
  ask(19, 10, true);
  ask(20, 10, true);
  ask(25, 10, false);
  ask(30, 10, true); // The weight has changed at the next poll.
  ask(35, 60, true);
  ask(60, 60, true);
  ask(65, 60, true); // The last answer has no poll after it.
  assert.deepEqual(counter.shares(), [
    { weight: 10, requests: 2, right: 1 },
    { weight: 60, requests: 1, right: 1 },
  ]);
});

test("no answer counts in a rolling deployment or in a rollback", () => {
  const counter = createShareCounter();
  const back = snapshot({ ours: serviceDeployment("ROLLBACK_IN_PROGRESS", { productionWeight: 10 }) });
  for (const seen of [snapshot({ ours: serviceDeployment("IN_PROGRESS") }), back, undefined])
    for (const seconds of [0, 30, 60, 90]) counter.begin(seen, seconds * 1000)(true);
  assert.deepEqual(counter.shares(), []);
});

test("a share is judged by its probability, so that few requests prove nothing", () => {
  const is = (weight: number, requests: number, right: number) => isImprobable({ weight, requests, right });
  assert.equal(is(10, 100, 10), false);
  assert.equal(is(10, 100, 3), false);
  assert.equal(is(10, 100, 0), true, "0.9^100 is 3 in 100,000");
  assert.equal(is(10, 20, 0), false, "0.9^20 is 12 in 100");
  assert.equal(is(10, 100, 40), true);
  assert.equal(is(50, 4, 4), false);
  assert.equal(is(50, 20, 20), true);
  assert.equal(is(5, 5_000, 250), false);
  assert.equal(is(0, 10, 1), true);
  assert.equal(is(100, 10, 9), true);
});
