import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  ListTagsForResourceCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-application-auto-scaling";
import { localAws } from "../../test/local-aws.js";

async function open(t: TestContext) {
  const { aws } = await localAws(t);
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = aws.credentials;
  const credentials = { accessKeyId, secretAccessKey };
  return new ApplicationAutoScalingClient({ region: "us-west-2", endpoint: aws.url, credentials, maxAttempts: 1 });
}

test("a scalable target is kept until it is deregistered", async (t) => {
  const client = await open(t);
  const target = {
    ServiceNamespace: "ecs",
    ResourceId: "service/cluster/app",
    ScalableDimension: "ecs:service:DesiredCount",
  } as const;
  const described = async () =>
    (await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }))).ScalableTargets;
  await client.send(new RegisterScalableTargetCommand({ ...target, MinCapacity: 1, MaxCapacity: 4 }));
  await client.send(new RegisterScalableTargetCommand({ ...target, MaxCapacity: 6 }));
  const [found, ...others] = (await described()) ?? [];
  assert.deepEqual(
    [found?.ResourceId, found?.MinCapacity, found?.MaxCapacity, others.length],
    [target.ResourceId, 1, 6, 0],
  );
  assert.ok(found?.CreationTime instanceof Date);
  const wrong = new RegisterScalableTargetCommand({ ...target, MinCapacity: 9 });
  await assert.rejects(client.send(wrong), { name: "ValidationException" });
  await client.send(new DeregisterScalableTargetCommand(target));
  assert.deepEqual(await described(), []);
  await assert.rejects(client.send(new DeregisterScalableTargetCommand(target)), { name: "ObjectNotFoundException" });
});

test("a scalable target is created with tags, which its ARN names", async (t) => {
  const client = await open(t);
  const target = {
    ServiceNamespace: "ecs",
    ResourceId: "service/cluster/app",
    ScalableDimension: "ecs:service:DesiredCount",
  } as const;
  const limits = { MinCapacity: 1, MaxCapacity: 4 };
  const { ScalableTargetARN: ResourceARN } = await client.send(
    new RegisterScalableTargetCommand({ ...target, ...limits, Tags: { team: "a", stage: "b" } }),
  );
  const { ScalableTargets } = await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }));
  assert.deepEqual(
    ScalableTargets?.map(({ ScalableTargetARN }) => ScalableTargetARN),
    [ResourceARN],
  );
  await client.send(new TagResourceCommand({ ResourceARN, Tags: { stage: "c" } }));
  await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ["team"] }));
  await client.send(new RegisterScalableTargetCommand({ ...target, MaxCapacity: 6 }));
  const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
  assert.deepEqual(Tags, { stage: "c" });
  const unknown = new ListTagsForResourceCommand({ ResourceARN: `${ResourceARN}0` });
  await assert.rejects(client.send(unknown), { name: "ResourceNotFoundException" });
});

test("no service is scaled, and an unknown namespace is refused", async (t) => {
  const client = await open(t);
  const ResourceIds = ["service/cluster/app"];
  const targets = await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs", ResourceIds }));
  assert.deepEqual(targets.ScalableTargets, []);
  const policies = await client.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: "ecs" }));
  assert.deepEqual(policies.ScalingPolicies, []);
  const unknown = client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "constructor" as "ecs" }));
  await assert.rejects(unknown, { name: "ValidationException", message: /at 'serviceNamespace' .* ecs, / });
});
