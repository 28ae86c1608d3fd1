import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceRevision } from "@aws-sdk/client-ecs";
import { restoredFields } from "../../../lib/rollout/rollback/restored-fields.js";

const network = (subnet: string): ServiceRevision => ({
  networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
});

test("fields that are equal at both revisions are not sent", () => {
  assert.deepEqual(
    restoredFields({ ...network("a"), taskDefinition: "t:8" }, { ...network("a"), taskDefinition: "t:7" }),
    {},
  );
});

test("fields that differ get their old value", () => {
  const now = { ...network("b"), platformVersion: "1.4.0" };
  const before = { ...network("a"), platformVersion: "1.3.0" };
  assert.deepEqual(restoredFields(now, before), before);
});

test("a list that was absent is removed, and a field that can't be removed is kept", () => {
  const targets = [{ targetGroupArn: "arn:tg", containerName: "app", containerPort: 80 }];
  const connect = { enabled: true };
  assert.deepEqual(restoredFields({ loadBalancers: targets, serviceConnectConfiguration: connect }, {}), {
    loadBalancers: [],
  });
  assert.deepEqual(restoredFields({ serviceRegistries: [] }, {}), {});
});
