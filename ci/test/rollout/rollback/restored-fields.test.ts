import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceRevision } from "@aws-sdk/client-ecs";
import { restoredFields } from "../../../lib/rollout/rollback/restored-fields.js";

const network = (subnet: string): ServiceRevision => ({
  networkConfiguration: { awsvpcConfiguration: { subnets: [subnet] } },
});

test("what is the same at both revisions is not sent", () => {
  assert.deepEqual(
    restoredFields({ ...network("a"), taskDefinition: "t:8" }, { ...network("a"), taskDefinition: "t:7" }),
    {},
  );
});

test("what differs is set to what it was", () => {
  const now = { ...network("b"), platformVersion: "1.4.0" };
  const before = { ...network("a"), platformVersion: "1.3.0" };
  assert.deepEqual(restoredFields(now, before), before);
});

test("a list that was not there is taken away, and what can't be taken away is left", () => {
  const targets = [{ targetGroupArn: "arn:tg", containerName: "app", containerPort: 80 }];
  const connect = { enabled: true };
  assert.deepEqual(restoredFields({ loadBalancers: targets, serviceConnectConfiguration: connect }, {}), {
    loadBalancers: [],
  });
  assert.deepEqual(restoredFields({ serviceRegistries: [] }, {}), {});
});
