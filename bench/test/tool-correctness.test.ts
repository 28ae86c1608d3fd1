import assert from "node:assert/strict";
import { test } from "node:test";
import { isRight, outcomeOf } from "../comparison/tool-correctness.js";
import type { RolloutState } from "../oracle/rollout-state.js";

const truth = { state: "deployed" as RolloutState, rollouts: 1, returned: false, deregistered: false };
const success = { success: true, message: "" };
const failure = { success: false, message: "" };

test("a tool of two words is right with success for what is deployed, and with failure for all else", () => {
  assert.ok(isRight(success, "deployed"));
  assert.ok(!isRight(failure, "deployed"));
  for (const state of ["rolled-back", "superseded", "nothing-ran", "failed", "open"] as const) {
    assert.ok(!isRight(success, state), state);
    assert.ok(isRight(failure, state), state);
  }
});

test("a tool that tells more is right only with exactly what became of the release", () => {
  assert.ok(isRight({ ...failure, verdict: "superseded" }, "superseded"));
  assert.ok(!isRight({ ...failure, verdict: "rolled-back" }, "superseded"));
  assert.ok(isRight({ ...failure, verdict: "refused" }, "none"));
  assert.ok(!isRight({ ...success, verdict: "a verdict of tomorrow" }, "deployed"));
});

test("who has said nothing when the time was up is wrong", () => {
  assert.ok(!isRight({ ...failure, killed: true }, "open"));
});

test("what is deployed and serves another version has failed; what the tool took back is rolled back", () => {
  assert.equal(outcomeOf(truth, true, 1), "failed");
  assert.equal(outcomeOf({ ...truth, returned: true }, true, 2), "rolled-back");
  assert.equal(outcomeOf({ ...truth, state: "superseded", returned: true }, false, 1), "superseded");
});
