import assert from "node:assert/strict";
import { test } from "node:test";
import { shiftHooks, shiftRolesOf } from "../../../../lib/rollout/preflight/checks/shift-hooks.js";
import { facts, inShort } from "../../../support/facts.js";

const advancedConfiguration = {
  alternateTargetGroupArn: "green",
  productionListenerRule: "rule",
  roleArn: "infrastructure",
};
const hook = { hookTargetArn: "function", roleArn: "hooks" };

test("the roles of load balancers and hooks are found, each once, and those of load balancers only where traffic shifts", () => {
  const loadBalancers = [{ advancedConfiguration }, { advancedConfiguration }];
  const lifecycleHooks = [hook, { ...hook, roleArn: "infrastructure" }, { targetType: "PAUSE" as const }];
  assert.deepEqual(shiftRolesOf({ loadBalancers, deploymentConfiguration: { strategy: "CANARY", lifecycleHooks } }), [
    { role: "infrastructure", uses: ["role of the load balancer", "role of a lifecycle hook"] },
    { role: "hooks", uses: ["role of a lifecycle hook"] },
  ]);
  assert.deepEqual(shiftRolesOf({ loadBalancers }), []);
});

test("a role that ECS can't assume stops the deploy, and one that can't be read is not checked", () => {
  const found = (state: Parameters<typeof shiftHooks>[0]["shiftRoles"][number]["state"]) =>
    shiftHooks(facts({ shiftRoles: [{ role: "r", uses: ["role of a lifecycle hook"], state }] }));
  assert.deepEqual(found({ value: "trusts-ecs" }), []);
  assert.match(String(found({ value: "missing" })[0]?.what), /The role of a lifecycle hook r does not exist/);
  assert.match(String(found({ value: "does-not-trust-ecs" })[0]?.fix), /ecs\.amazonaws\.com/);
  assert.deepEqual(inShort(found({ unknown: "iam:GetRole is not permitted" })), ["not-checked shift-roles"]);
});

test("a hook before the scale-up is a warning only until a deployment has completed", () => {
  const service = {
    deploymentConfiguration: {
      strategy: "BLUE_GREEN",
      lifecycleHooks: [{ ...hook, lifecycleStages: ["PRE_SCALE_UP"] }],
    },
  } as const;
  const found = (value: boolean) =>
    inShort(shiftHooks(facts({ service: structuredClone(service) as never, hasCompleted: { value } })));
  assert.deepEqual([found(false), found(true)], [["warning first-deployment-hook"], []]);
});
