import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import { deploymentConfiguration } from "../operations/services/service-rules.js";
import { checkAdvancedConfiguration } from "../operations/services/strategy-rules.js";
import { TARGET_GROUP } from "./virtual-ecs.js";

const RULE = "arn:aws:elasticloadbalancing:us-west-2:123456789012:listener-rule/app/local/1/2/3";
const ADVANCED = {
  alternateTargetGroupArn: TARGET_GROUP.replace("/web/", "/green/"),
  productionListenerRule: RULE,
  roleArn: "arn:aws:iam::123456789012:role/ecs-infrastructure",
};

function rejected(sent: JsonObject, message: RegExp) {
  assert.throws(() => deploymentConfiguration(sent), { code: "InvalidParameterException", message });
}

test("percentages of steps have one decimal and the API's limits", () => {
  const linear = (stepPercent: number) => ({ strategy: "LINEAR", linearConfiguration: { stepPercent } });
  const canary = (canaryPercent: number) => ({ strategy: "CANARY", canaryConfiguration: { canaryPercent } });
  for (const percent of [3, 3.3, 100]) assert.ok(deploymentConfiguration(linear(percent)));
  for (const percent of [0.1, 99.9]) assert.ok(deploymentConfiguration(canary(percent)));
  for (const percent of [2.9, 3.05, 100.1])
    rejected(linear(percent), /stepPercent .*multiples of 0\.1 from 3\.0 to 100\.0/);
  for (const percent of [0, 0.15, 101])
    rejected(canary(percent), /canaryPercent .*multiples of 0\.1 from 0\.1 to 100\.0/);
});

test("waits between steps are whole minutes up to a day", () => {
  for (const minutes of [-1, 1.5, 1_441]) {
    rejected({ strategy: "LINEAR", linearConfiguration: { stepBakeTimeInMinutes: minutes } }, /stepBakeTimeInMinutes/);
    rejected({ strategy: "CANARY", canaryConfiguration: { canaryBakeTimeInMinutes: minutes } }, /from 0 to 1440/);
  }
});

test("a configuration of steps belongs to one strategy, and blue/green needs its bake time", () => {
  rejected({ linearConfiguration: {} }, /^Linear configuration can only be present with LINEAR deployment strategy$/);
  rejected(
    { strategy: "LINEAR", canaryConfiguration: {} },
    /^Canary configuration can only be present with CANARY deployment strategy$/,
  );
  rejected({ strategy: "BLUE_GREEN" }, /bakeTimeInMinutes must be provided/);
  assert.ok(deploymentConfiguration({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 }));
});

test("another strategy drops the configuration of the former one", () => {
  const linear = deploymentConfiguration({ strategy: "LINEAR", linearConfiguration: { stepPercent: 20 } });
  assert.deepEqual(deploymentConfiguration({ minimumHealthyPercent: 50 }, linear).extra, linear.extra);
  assert.deepEqual(deploymentConfiguration({ strategy: "CANARY" }, linear).extra, { strategy: "CANARY" });
});

test("a structure that is sent in part has ECS's defaults in the rest, not the former values", () => {
  const linear = (linearConfiguration: JsonObject) => ({ strategy: "LINEAR", linearConfiguration });
  const canary = (canaryConfiguration: JsonObject) => ({ strategy: "CANARY", canaryConfiguration });
  const hooks = (timeoutConfiguration?: JsonObject) => ({
    lifecycleHooks: [
      {
        targetType: "PAUSE",
        lifecycleStages: ["PRE_SCALE_UP"],
        ...(timeoutConfiguration && { timeoutConfiguration }),
      },
    ],
  });
  const after = (before: JsonObject, sent: JsonObject) =>
    deploymentConfiguration(sent, deploymentConfiguration(before)).extra;
  const former = linear({ stepPercent: 33, stepBakeTimeInMinutes: 9 });
  for (const [before, sent, kept] of [
    [former, linear({ stepPercent: 44 }), linear({ stepPercent: 44, stepBakeTimeInMinutes: 6 })],
    [former, linear({}), linear({ stepPercent: 10, stepBakeTimeInMinutes: 6 })],
    [former, { minimumHealthyPercent: 50 }, former],
    [
      canary({ canaryPercent: 21, canaryBakeTimeInMinutes: 9 }),
      canary({ canaryPercent: 30 }),
      canary({ canaryPercent: 30, canaryBakeTimeInMinutes: 10 }),
    ],
    [
      hooks({ timeoutInMinutes: 31, action: "CONTINUE" }),
      hooks({ timeoutInMinutes: 45 }),
      hooks({ timeoutInMinutes: 45, action: "ROLLBACK" }),
    ],
    [hooks({ action: "CONTINUE" }), {}, hooks({ timeoutInMinutes: 1_440, action: "CONTINUE" })],
    [hooks({ timeoutInMinutes: 31 }), hooks(), hooks()],
  ] as const) {
    assert.deepEqual(after(before, sent), kept);
  }
});

test("an update keeps the circuit breaker's optional members that it does not send", () => {
  const thresholdConfiguration = { type: "COUNT", value: 7 };
  const before = deploymentConfiguration({
    deploymentCircuitBreaker: { enable: true, rollback: true, resetOnHealthyTask: false, thresholdConfiguration },
  });
  const sent = { deploymentCircuitBreaker: { enable: true, rollback: false } };
  assert.deepEqual(deploymentConfiguration(sent, before).deploymentCircuitBreaker, {
    enable: true,
    rollback: false,
    resetOnHealthyTask: false,
    thresholdConfiguration,
  });
});

test("at most ten PAUSE hooks are accepted, each at several stages", () => {
  const hook = { targetType: "PAUSE", lifecycleStages: ["PRE_SCALE_UP", "PRE_PRODUCTION_TRAFFIC_SHIFT"] };
  assert.ok(deploymentConfiguration({ lifecycleHooks: Array(10).fill(hook) }));
  rejected({ lifecycleHooks: Array(11).fill(hook) }, /11 PAUSE hooks: at most 10/);
});

test("each load balancer of a strategy with traffic shifts names two target groups, a rule and a role", () => {
  const check = (strategy: string, advancedConfiguration?: JsonObject) =>
    checkAdvancedConfiguration(
      { loadBalancers: [{ targetGroupArn: TARGET_GROUP, ...(advancedConfiguration && { advancedConfiguration }) }] },
      deploymentConfiguration({ strategy, bakeTimeInMinutes: 0 }),
    );
  check("BLUE_GREEN", ADVANCED);
  check("LINEAR", { ...ADVANCED, testListenerRule: `${RULE}4` });
  check("ROLLING");
  check("BLUE_GREEN", {
    ...ADVANCED,
    productionListenerRule: "arn:aws:elasticloadbalancing:us-west-2:123456789012:listener/net/local/1/2",
  });
  assert.throws(() => check("LINEAR"), {
    code: "ClientException",
    message: "advancedConfiguration field is required for all loadBalancers when using the linear deployment strategy",
  });
  const { roleArn: _role, ...withoutRole } = ADVANCED;
  for (const [wrong, message] of [
    [{ ...ADVANCED, alternateTargetGroupArn: TARGET_GROUP }, /another target group/],
    [{ ...ADVANCED, alternateTargetGroupArn: "green" }, /alternateTargetGroupArn green: the ARN of a target group/],
    [
      { ...ADVANCED, productionListenerRule: TARGET_GROUP },
      /productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: arn:/,
    ],
    [{ ...ADVANCED, testListenerRule: "" }, /testListenerRule has an invalid ARN format/],
    [{ ...ADVANCED, testListenerRule: RULE }, /cannot be used as both production and test listener rules: arn:/],
    [withoutRole, /roleArn null: the ARN of an IAM role/],
  ] as const) {
    assert.throws(() => check("BLUE_GREEN", wrong), { code: "InvalidParameterException", message });
  }
});
