import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadBalancer, Service } from "@aws-sdk/client-ecs";
import { strategyChange } from "../../../../lib/rollout/plan/strategy.js";
import type { StrategyOverride } from "../../../../lib/rollout/plan/strategy-arguments.js";
import { strategyNeeds } from "../../../../lib/rollout/preflight/checks/strategy.js";
import { facts, inShort } from "../../../support/facts.js";

const advancedConfiguration = {
  alternateTargetGroupArn: "green",
  productionListenerRule: "rule",
  roleArn: "role",
};

/** Returns the findings about a change to a strategy. */
function found(wanted: StrategyOverride, service: Partial<Service>, current = {}) {
  const change = strategyChange(current, wanted);
  assert.ok(change);
  const { configuration: deploymentConfiguration } = change;
  return strategyNeeds(facts({ service: { ...service, deploymentConfiguration }, strategyChange: change }));
}
const behind = (...loadBalancers: LoadBalancer[]) => ({ loadBalancers });

test("each load balancer needs two target groups, a rule and a role", () => {
  const complete = { containerName: "app", containerPort: 80, advancedConfiguration };
  assert.deepEqual(inShort(found({ name: "CANARY" }, behind(complete))), ["warning strategy-changes"]);
  const { roleArn: _, ...noRole } = advancedConfiguration;
  const other = { containerName: "app", containerPort: 81, advancedConfiguration: noRole };
  const [error] = found({ name: "CANARY" }, behind(complete, other));
  assert.equal(error?.what, "The load balancer of app:81 lacks a role for ECS, which CANARY needs.");
  assert.deepEqual(inShort(found({ name: "ROLLING" }, behind(other), { strategy: "CANARY" })), [
    "warning strategy-changes",
  ]);
});

test("without a load balancer Service Connect shifts the traffic, and blue/green needs neither", () => {
  const lacks = ["error strategy", "warning strategy-changes"];
  assert.deepEqual(inShort(found({ name: "LINEAR" }, {})), lacks);
  const deployments = [{ status: "PRIMARY", serviceConnectConfiguration: { enabled: true } }];
  assert.deepEqual(inShort(found({ name: "LINEAR" }, { deployments })), ["warning strategy-changes"]);
  assert.deepEqual(inShort(found({ name: "BLUE_GREEN", bake: 0 }, {})), ["warning strategy-changes"]);
  assert.deepEqual(inShort(found({ name: "BLUE_GREEN" }, {})), lacks);
});

test("another share of the same strategy is no change of the strategy", () => {
  assert.deepEqual(found({ name: "CANARY", percent: 20 }, {}, { strategy: "CANARY" }), []);
});
