import assert from "node:assert/strict";
import { test } from "node:test";
import { somethingToReturnTo } from "../../../src/rollout/preflight/return.js";
import { facts, inShort } from "../../support/facts.js";
import { revisionArn } from "../../support/scripted-ecs.js";

const failed = { deployments: [{ id: "ecs-svc/1", status: "PRIMARY", rolloutState: "FAILED" as const }] };
const successful = { arn: "arn:sd1", status: "SUCCESSFUL", createdAt: 0, taskDefinition: revisionArn(6) };

test("a deployment that has completed is something to return to", () => {
  assert.deepEqual(somethingToReturnTo(facts()), []);
  assert.deepEqual(somethingToReturnTo(facts({ service: failed, deployments: { listed: [successful] } })), []);
});

test("a service that never had a completed deployment has nothing to return to", () => {
  assert.deepEqual(inShort(somethingToReturnTo(facts({ service: failed }))), ["error nothing-to-return-to"]);
});

test("without the permission to list deployments it is not checked, never fine", () => {
  const deployments = { listed: [], classicOnly: "ecs:ListServiceDeployments is not permitted" };
  const findings = somethingToReturnTo(facts({ service: failed, deployments }));
  assert.deepEqual(inShort(findings), ["not-checked nothing-to-return-to"]);
  assert.match(String(findings[0]?.what), /ecs:ListServiceDeployments is not permitted/);
});
