import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "@aws-sdk/client-ecs";
import { rolloutTimeLimit } from "../../../lib/rollout/watch/deadline.js";

const rounded = (value: number) => Math.round(value * 1e6) / 1e6;
const minutes = (
  service: Service,
  container = {},
  groups: Parameters<typeof rolloutTimeLimit>[2] = { unknown: "denied" },
) => rounded(rolloutTimeLimit(service, { containerDefinitions: [{ name: "app", ...container }] }, groups).ms / 60_000);
/** Minutes for one round of a service without checks: 15 min to fail, 180 s to start, 40 s to be healthy, 30 s to stop, 1 min to launch. */
const plain = 15 + (180 + 40 + 30 + 60) / 60;
const one: Service = { desiredCount: 1 };
const behind = { loadBalancers: [{ targetGroupArn: "arn:tg" }] };

test("a service without checks has the time that ECS needs to fail, plus one round", () => {
  assert.equal(minutes(one), rounded(plain));
});

test("a grace period, a container's check and a stop time-out make a round longer", () => {
  assert.equal(minutes({ ...one, healthCheckGracePeriodSeconds: 100 }), rounded(plain + 1));
  const healthCheck = { startPeriod: 30, interval: 10, timeout: 4, retries: 5 };
  assert.equal(minutes(one, { healthCheck }), rounded(plain + 1));
  assert.equal(minutes(one, { stopTimeout: 90 }), rounded(plain + 1));
});

test("behind a load balancer the drain counts, configured or by default", () => {
  assert.equal(minutes({ ...one, ...behind }), rounded(plain + (150 - 40 + 300) / 60));
  const healthCheck = {
    port: "traffic-port",
    intervalSeconds: 5,
    timeoutSeconds: 5,
    healthyThreshold: 3,
    unhealthyThreshold: 2,
  };
  const groups = { value: [{ arn: "arn:tg", deregistrationDelaySeconds: 30, healthCheck }] };
  assert.equal(minutes({ ...one, ...behind }, {}, groups), rounded(plain + 0.5));
});

test("percents that let few tasks be replaced at a time make more rounds", () => {
  const percents = { minimumHealthyPercent: 50, maximumPercent: 100 };
  assert.equal(minutes({ desiredCount: 4, deploymentConfiguration: percents }), rounded(plain + 250 / 60));
  const tight = { minimumHealthyPercent: 100, maximumPercent: 125 };
  assert.equal(minutes({ desiredCount: 4, deploymentConfiguration: tight }), rounded(plain + (3 * 250) / 60));
});

test("a deployment that shifts traffic starts all its tasks in one round, regardless of the percents", () => {
  const percents = { minimumHealthyPercent: 100, maximumPercent: 125 };
  const deploymentConfiguration = { ...percents, strategy: "BLUE_GREEN" as const };
  assert.equal(minutes({ desiredCount: 4, deploymentConfiguration }), rounded(plain));
});

test("bake time and hooks count, but not a hook that waits for a user", () => {
  const deploymentConfiguration = {
    bakeTimeInMinutes: 7,
    lifecycleHooks: [{}, { timeoutConfiguration: { timeoutInMinutes: 5 } }, { targetType: "PAUSE" as const }],
  };
  const { parts } = rolloutTimeLimit({ ...one, deploymentConfiguration }, {}, { value: [] });
  assert.equal(minutes({ ...one, deploymentConfiguration }), rounded(plain + 7 + 15 + 5));
  assert.ok(parts.includes("7 min of bake time") && parts.includes("20 min for hooks"), parts.join(", "));
});

test("a linear deployment has its waits between the steps, a canary deployment its canary bake time", () => {
  const limit = (deploymentConfiguration: Service["deploymentConfiguration"]) =>
    minutes({ ...one, ...(deploymentConfiguration && { deploymentConfiguration }) });
  assert.equal(limit({ strategy: "LINEAR" }), rounded(plain + 9 * 6));
  const linearConfiguration = { stepPercent: 30, stepBakeTimeInMinutes: 20 };
  assert.equal(limit({ strategy: "LINEAR", linearConfiguration, bakeTimeInMinutes: 5 }), rounded(plain + 3 * 20 + 5));
  assert.equal(limit({ strategy: "CANARY" }), rounded(plain + 10));
  assert.equal(
    limit({ strategy: "CANARY", canaryConfiguration: { canaryBakeTimeInMinutes: 90 } }),
    rounded(plain + 90),
  );
  assert.equal(limit({ strategy: "BLUE_GREEN" }), rounded(plain));
  const { parts } = rolloutTimeLimit({ ...one, deploymentConfiguration: { strategy: "LINEAR" } }, {}, { value: [] });
  assert.ok(parts.includes("54 min between 10 traffic shifts"), parts.join(", "));
});

test("hooks around a production traffic shift count once a step, other hooks once a stage", () => {
  const lifecycleHooks = [
    {
      lifecycleStages: ["POST_SCALE_UP" as const, "PRODUCTION_TRAFFIC_SHIFT" as const],
      timeoutConfiguration: { timeoutInMinutes: 2 },
    },
  ];
  const linearConfiguration = { stepPercent: 50, stepBakeTimeInMinutes: 0 };
  const linear = { strategy: "LINEAR" as const, linearConfiguration, lifecycleHooks };
  assert.equal(minutes({ ...one, deploymentConfiguration: linear }), rounded(plain + 2 + 2 * 2));
  const blueGreen = { strategy: "BLUE_GREEN" as const, lifecycleHooks };
  assert.equal(minutes({ ...one, deploymentConfiguration: blueGreen }), rounded(plain + 2 + 2));
});

test("each traffic shift behind a Network Load Balancer takes 10 minutes longer", () => {
  const behindNetwork = (strategy: "BLUE_GREEN" | "ROLLING", kind: string) => {
    const productionListenerRule = `arn:aws:elasticloadbalancing:eu-west-1:123456789012:${kind}/0123456789abcdef`;
    const advancedConfiguration = { alternateTargetGroupArn: "arn:tg2", productionListenerRule, roleArn: "arn:role" };
    const loadBalancers = [{ targetGroupArn: "arn:tg", advancedConfiguration }];
    return minutes({ ...one, loadBalancers, deploymentConfiguration: { strategy } }, {}, { value: [] });
  };
  assert.equal(behindNetwork("BLUE_GREEN", "listener/net/web/0123456789abcdef"), rounded(plain + 20));
  assert.equal(behindNetwork("BLUE_GREEN", "listener-rule/app/web/0123456789abcdef"), rounded(plain));
  assert.equal(behindNetwork("ROLLING", "listener/net/web/0123456789abcdef"), rounded(plain));
});

test("thousands of tasks get the time that their launch takes", () => {
  assert.equal(minutes({ desiredCount: 5000 }), rounded(plain + 9));
});
