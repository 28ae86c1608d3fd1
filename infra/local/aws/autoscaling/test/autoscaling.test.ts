import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { localAws } from "../../test/local-aws.js";

test("no service is scaled, and an unknown namespace is refused", async (t) => {
  const { aws } = await localAws(t);
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = aws.credentials;
  const credentials = { accessKeyId, secretAccessKey };
  const config = { region: "us-west-2", endpoint: aws.url, credentials, maxAttempts: 1 };
  const client = new ApplicationAutoScalingClient(config);
  const ResourceIds = ["service/cluster/app"];
  const targets = await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs", ResourceIds }));
  assert.deepEqual(targets.ScalableTargets, []);
  const policies = await client.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: "ecs" }));
  assert.deepEqual(policies.ScalingPolicies, []);
  const unknown = client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "constructor" as "ecs" }));
  await assert.rejects(unknown, { name: "ValidationException", message: /at 'serviceNamespace' .* ecs, / });
});
