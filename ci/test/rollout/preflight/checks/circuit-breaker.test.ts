import assert from "node:assert/strict";
import { test } from "node:test";
import { circuitBreaker } from "../../../../lib/rollout/preflight/checks/deployment-configuration.js";
import { facts } from "../../../support/facts.js";

const found = (deploymentCircuitBreaker: { enable: boolean; rollback: boolean } | undefined) =>
  circuitBreaker(facts({ service: { deploymentConfiguration: { deploymentCircuitBreaker } } }));

test("a circuit breaker that rolls back is fine", () => {
  assert.deepEqual(found({ enable: true, rollback: true }), []);
});

test("a circuit breaker that is off, or does not roll back, is a warning that states which", () => {
  for (const [breaker, words] of [
    [undefined, /is off/],
    [{ enable: false, rollback: false }, /is off/],
    [{ enable: false, rollback: true }, /is off/],
    [{ enable: true, rollback: false }, /does not roll back/],
  ] as const) {
    const [finding] = found(breaker);
    assert.equal(finding?.level, "warning");
    assert.match(String(finding?.what), words);
  }
});
