import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../lib/aws/raw-task-definition.js";
import { platform } from "../../../../lib/rollout/preflight/checks/platform.js";
import { facts, inShort } from "../../../support/facts.js";

const arm = { runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" } };
const found = (platforms: string[], next: JsonObject) =>
  inShort(platform(facts({ platforms: { value: platforms }, next })));

test("an image, or one in its index, must be for the task's platform", () => {
  assert.deepEqual(found(["linux/amd64"], {}), []);
  assert.deepEqual(found(["linux/arm64", "linux/amd64"], arm), []);
  assert.deepEqual(found(["linux/amd64"], arm), ["error wrong-platform"]);
  assert.deepEqual(found(["linux/arm64"], { requiresCompatibilities: ["FARGATE"] }), ["error wrong-platform"]);
});

test("the platform of container instances is unknown where the task definition does not state it", () => {
  assert.deepEqual(found(["linux/arm64"], {}), ["not-checked wrong-platform"]);
  const service = { launchType: "FARGATE" as const };
  const onFargate = platform(facts({ platforms: { value: ["linux/arm64"] }, next: {}, service }));
  assert.deepEqual(inShort(onFargate), ["error wrong-platform"]);
});

test("a platform that could not be read is not checked, never fine", () => {
  assert.deepEqual(inShort(platform(facts({ platforms: { unknown: "no" } }))), ["not-checked wrong-platform"]);
});
