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

test("bake time and hooks count, but not a hook that waits for a user", () => {
  const deploymentConfiguration = {
    bakeTimeInMinutes: 7,
    lifecycleHooks: [{}, { timeoutConfiguration: { timeoutInMinutes: 5 } }, { targetType: "PAUSE" as const }],
  };
  const { parts } = rolloutTimeLimit({ ...one, deploymentConfiguration }, {}, { value: [] });
  assert.equal(minutes({ ...one, deploymentConfiguration }), rounded(plain + 7 + 15 + 5));
  assert.ok(parts.includes("7 min of bake time") && parts.includes("20 min for hooks"), parts.join(", "));
});

test("thousands of tasks get the time that their launch takes", () => {
  assert.equal(minutes({ desiredCount: 5000 }), rounded(plain + 9));
});
