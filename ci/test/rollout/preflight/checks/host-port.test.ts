import assert from "node:assert/strict";
import { test } from "node:test";
import { hostPort } from "../../../../lib/rollout/preflight/checks/deployment-configuration.js";
import { taskAddress } from "../../../../lib/rollout/preflight/checks/target.js";
import { isOnFargate } from "../../../../lib/rollout/preflight/fargate.js";
import { facts, inShort } from "../../../support/facts.js";

type Next = Parameters<typeof isOnFargate>[0];
const mapped = (portMapping: object, networkMode?: string): Next =>
  ({
    ...(networkMode && { networkMode }),
    containerDefinitions: [{ name: "app", portMappings: [portMapping] }],
  }) as Next;
const found = (next: Next, service = {}, desiredCount = 2) =>
  inShort(hostPort(facts({ next, desiredCount, service: { runningCount: 2, launchType: "EC2", ...service } })));

test("a fixed host port on instances is a warning while all old tasks keep running", () => {
  const warned = ["warning fixed-host-port"];
  assert.deepEqual(found(mapped({ containerPort: 80, hostPort: 8080 })), warned);
  assert.deepEqual(found(mapped({ containerPort: 80, hostPort: 8080 }, "bridge")), warned);
  assert.deepEqual(found(mapped({ containerPort: 80 }, "host")), warned);
  const half = { deploymentConfiguration: { minimumHealthyPercent: 50 } };
  assert.deepEqual(found(mapped({ containerPort: 80, hostPort: 8080 }), half), []);
  assert.deepEqual(found(mapped({ containerPort: 80, hostPort: 8080 }), half, 1), warned);
  const green = { deploymentConfiguration: { minimumHealthyPercent: 0, strategy: "BLUE_GREEN" as const } };
  assert.deepEqual(found(mapped({ containerPort: 80, hostPort: 8080 }), green), warned);
});

test("dynamic ports, awsvpc network mode, Fargate and a service without tasks are fine", () => {
  assert.deepEqual(found(mapped({ containerPort: 80, hostPort: 0 })), []);
  assert.deepEqual(found(mapped({ containerPort: 80 })), []);
  assert.deepEqual(found(mapped({ containerPort: 80, hostPort: 80 }, "awsvpc")), []);
  assert.deepEqual(found(mapped({ containerPort: 80, hostPort: 80 }), { launchType: "FARGATE" }), []);
  assert.deepEqual(found(mapped({ containerPort: 80, hostPort: 80 }), { runningCount: 0 }), []);
  assert.deepEqual(found(mapped({ containerPort: 80, hostPort: 80 }), {}, 0), []);
});

test("verifyTasks without task IP addresses is a warning", () => {
  const verified = { ...facts().target, verifyTasks: true };
  const mode = (networkMode?: string) =>
    inShort(taskAddress(facts({ target: verified, next: { ...(networkMode && { networkMode }) } })));
  assert.deepEqual([mode("awsvpc"), mode("bridge"), mode()], [[], ["warning verify-tasks"], ["warning verify-tasks"]]);
  assert.deepEqual(inShort(taskAddress(facts({ next: { networkMode: "bridge" } }))), []);
});

test("the service decides where tasks run, and the task definition only where it is for Fargate only", () => {
  const both = { requiresCompatibilities: ["EC2", "FARGATE"] };
  const strategy = (capacityProvider: string) => ({ capacityProviderStrategy: [{ capacityProvider }] });
  assert.equal(isOnFargate(both, { launchType: "EC2" }), false);
  assert.equal(isOnFargate(both, { launchType: "FARGATE" }), true);
  assert.equal(isOnFargate(both, strategy("FARGATE_SPOT")), true);
  assert.equal(isOnFargate(both, strategy("my-instances")), false);
  assert.equal(isOnFargate(both, {}), false);
  assert.equal(isOnFargate({ requiresCompatibilities: ["FARGATE"] }, {}), true);
  assert.equal(isOnFargate({}, { launchType: "EXTERNAL" }), false);
});
