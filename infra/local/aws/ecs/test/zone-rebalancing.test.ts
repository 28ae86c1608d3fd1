import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import { NETWORK, withService } from "./virtual-ecs.js";

const ZONE = "attribute:ecs.availability-zone";
const PERCENTS = { minimumHealthyPercent: 0, maximumPercent: 100 };

async function made(more: JsonObject = {}): Promise<string> {
  const { call } = await withService();
  const { service } = await call("CreateService", {
    serviceName: "other",
    taskDefinition: "web",
    desiredCount: 0,
    launchType: "EC2",
    networkConfiguration: NETWORK,
    ...more,
  });
  return service.availabilityZoneRebalancing;
}

test("a new service is rebalanced across Availability Zones unless it disables that", async () => {
  assert.equal(await made(), "ENABLED");
  assert.equal(await made({ launchType: "FARGATE" }), "ENABLED");
  assert.equal(await made({ placementStrategy: [{ type: "spread", field: ZONE }] }), "ENABLED");
  assert.equal(await made({ availabilityZoneRebalancing: "DISABLED" }), "DISABLED");
});

const OBSTACLES: [string, JsonObject, RegExp][] = [
  ["no room above the desired count", { deploymentConfiguration: PERCENTS }, /maximumPercent <= 100\.$/],
  ["another strategy first", { placementStrategy: [{ type: "binpack", field: "memory" }] }, /placementStrategy/],
  [
    "a constraint on the zone",
    { placementConstraints: [{ type: "memberOf", expression: `${ZONE} == us-west-2a` }] },
    /placementConstraints/,
  ],
];

for (const [what, more, message] of OBSTACLES) {
  test(`a new service with ${what} is not rebalanced, and enabling it is rejected`, async () => {
    assert.equal(await made(more), "DISABLED");
    await assert.rejects(made({ ...more, availabilityZoneRebalancing: "ENABLED" }), {
      code: "InvalidParameterException",
      message,
    });
  });
}

test("an update keeps the setting, and rejects percents that conflict with it", async () => {
  const { call } = await withService();
  const refused = { message: "AvailabilityZoneRebalancing does not support maximumPercent <= 100." };
  await assert.rejects(call("UpdateService", { service: "web", deploymentConfiguration: PERCENTS }), refused);
  const change = { service: "web", availabilityZoneRebalancing: "DISABLED", deploymentConfiguration: PERCENTS };
  assert.equal((await call("UpdateService", change)).service.availabilityZoneRebalancing, "DISABLED");
  const { service } = await call("UpdateService", { service: "web", desiredCount: 2 });
  assert.equal(service.availabilityZoneRebalancing, "DISABLED");
});
