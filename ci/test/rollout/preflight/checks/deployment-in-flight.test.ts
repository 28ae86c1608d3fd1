import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceDeploymentView } from "../../../../lib/ecs/snapshot.js";
import { inFlight } from "../../../../lib/rollout/preflight/checks/service.js";
import { facts, inShort } from "../../../support/facts.js";
import { revisionArn } from "../../../support/scripted-ecs.js";

const listed = (status: string) => ({
  listed: [{ arn: "arn:x/sd1", status, createdAt: 0, taskDefinition: revisionArn(8) }],
});

for (const status of ["PENDING", "IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "STOP_REQUESTED", "SOMETHING_NEW"]) {
  test(`a deployment that is ${status} is in flight`, () => {
    const [finding] = inFlight(facts({ deployments: listed(status) }));
    assert.equal(finding?.level, "error");
    assert.match(String(finding?.what), new RegExp(`sd1 to service:8 is ${status}`));
  });
}

for (const status of ["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"]) {
  test(`a deployment that is ${status} is not in flight`, () => {
    assert.deepEqual(inFlight(facts({ deployments: listed(status) })), []);
  });
}

test("without the permission to list deployments it is not checked, never fine", () => {
  const classicOnly = "ecs:ListServiceDeployments is not permitted";
  const findings = inFlight(facts({ deployments: { listed: [], classicOnly } }));
  assert.deepEqual(inShort(findings), ["not-checked deployment-in-flight"]);
  assert.match(String(findings[0]?.what), /ecs:ListServiceDeployments is not permitted/);
});

test("a primary deployment that has not settled, or is not listed yet, is in flight", () => {
  const deployments = [{ id: "ecs-svc/2", status: "PRIMARY", rolloutState: "IN_PROGRESS" as const }];
  assert.deepEqual(inShort(inFlight(facts({ service: { deployments } }))), ["error deployment-in-flight"]);
  const classicOnly = "no";
  const unlisted = facts({ service: { deployments }, deployments: { listed: [], classicOnly } });
  assert.deepEqual(inShort(inFlight(unlisted)), ["error deployment-in-flight"]);
});

test("an older deployment that still drains is not in flight", () => {
  const deployments = [
    { id: "ecs-svc/2", status: "PRIMARY", rolloutState: "COMPLETED" as const },
    { id: "ecs-svc/1", status: "ACTIVE", rolloutState: "IN_PROGRESS" as const },
  ];
  assert.deepEqual(inFlight(facts({ service: { deployments } })), []);
});

const view = (more: Partial<ServiceDeploymentView>): ServiceDeploymentView => ({
  ...{ arn: "arn:x/sd1", status: "IN_PROGRESS", createdAt: 0, target: "r", sources: [], earlySuccess: false },
  ...{ waitingHooks: [], runningHooks: [], ...more },
});
const about = (status: string, more: Partial<ServiceDeploymentView>) =>
  inFlight(facts({ deployments: listed(status), inFlightView: view(more) }))[0];

test("the finding names stage, weight and waiting hooks, and the next command", () => {
  const pause = { lifecycleStage: "POST_TEST_TRAFFIC_SHIFT", productionWeight: 0 };
  const paused = about("IN_PROGRESS", { ...pause, waitingHooks: [{ hookId: "ecs-pause-1" }] });
  assert.match(
    String(paused?.what),
    /IN_PROGRESS at POST_TEST_TRAFFIC_SHIFT with 0 % of the production traffic; it waits for a user at ecs-pause-1\.$/,
  );
  assert.match(String(paused?.fix), /^Go on with continue or roll it back with abort/);
  const baking = about("IN_PROGRESS", { lifecycleStage: "BAKE_TIME", productionWeight: 100 });
  assert.match(String(baking?.what), /at BAKE_TIME with 100 % of the production traffic\.$/);
  assert.match(String(baking?.fix), /^Wait for the end of its bake time with watch, or roll it back with abort/);
  const back = about("ROLLBACK_IN_PROGRESS", { lifecycleStage: "SCALE_UP" });
  assert.match(String(back?.fix), /^Follow it to its end with watch/);
});
