import assert from "node:assert/strict";
import { test } from "node:test";
import { somethingToReturnTo } from "../../../../lib/rollout/preflight/checks/rollback-revision.js";
import type { PreflightFacts } from "../../../../lib/rollout/preflight/topics.js";
import { facts, inShort } from "../../../support/facts.js";

const found = (hasCompleted: PreflightFacts["hasCompleted"]) => somethingToReturnTo(facts({ hasCompleted }));

test("a completed deployment is a rollback target", () => {
  assert.deepEqual(found({ value: true }), []);
});

test("a service that never had a completed deployment has no rollback target", () => {
  assert.deepEqual(inShort(found({ value: false })), ["error nothing-to-return-to"]);
});

test("without the permission to list deployments it is not checked, never fine", () => {
  const findings = found({ unknown: "ecs:ListServiceDeployments is not permitted" });
  assert.deepEqual(inShort(findings), ["not-checked nothing-to-return-to"]);
  assert.match(String(findings[0]?.what), /ecs:ListServiceDeployments is not permitted/);
});
