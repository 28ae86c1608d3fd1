import assert from "node:assert/strict";
import { test } from "node:test";
import { isRight, outcomeOf } from "../comparison/tool-correctness.js";
import type { RolloutState } from "../oracle/rollout-state.js";

const truth = { state: "deployed" as RolloutState, rollouts: 1, returned: false, deregistered: false };
const success = { success: true, message: "" };
const failure = { success: false, message: "" };

test("a tool with two verdicts is right with success for a deployed release, and with failure for all others", () => {
  assert.ok(isRight(success, "deployed"));
  assert.ok(!isRight(failure, "deployed"));
  for (const state of ["rolled-back", "superseded", "nothing-ran", "failed", "open"] as const) {
    assert.ok(!isRight(success, state), state);
    assert.ok(isRight(failure, state), state);
  }
});

test("a tool with more verdicts is right only with the exact outcome", () => {
  assert.ok(isRight({ ...failure, verdict: "superseded" }, "superseded"));
  assert.ok(!isRight({ ...failure, verdict: "rolled-back" }, "superseded"));
  assert.ok(isRight({ ...failure, verdict: "refused" }, "none"));
  assert.ok(isRight({ ...failure, verdict: "paused" }, "paused"));
  assert.ok(!isRight({ ...failure, verdict: "paused" }, "open"));
  assert.ok(isRight({ ...failure, verdict: "deployed-unverified" }, "failed"));
  assert.ok(!isRight({ ...success, verdict: "a verdict of tomorrow" }, "deployed"));
});

test("a tool without a verdict at the time limit is wrong", () => {
  assert.ok(!isRight({ ...failure, killed: true }, "open"));
});

test("a deployed release that serves another version has failed; the tool's own rollback counts as rolled back", () => {
  assert.equal(outcomeOf(truth, true, 1), "failed");
  assert.equal(outcomeOf({ ...truth, returned: true }, true, 2), "rolled-back");
  assert.equal(outcomeOf({ ...truth, state: "superseded", returned: true }, false, 1), "superseded");
});
