import assert from "node:assert/strict";
import { test } from "node:test";
import { CreateLogGroupCommand, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRepositoryCommand, TagResourceCommand } from "@aws-sdk/client-ecr";
import { CreateClusterCommand } from "@aws-sdk/client-ecs";
import { partitionOf } from "../partition.js";
import { clientsOf, localAws } from "./local-aws.js";

for (const [region, partition] of [
  ["us-west-2", "aws"],
  ["us-gov-west-1", "aws-us-gov"],
  ["cn-north-1", "aws-cn"],
  ["eusc-de-east-1", "aws-eusc"],
  ["us-iso-east-1", "aws-iso"],
  ["us-isob-east-1", "aws-iso-b"],
] as const) {
  test(`${region} is in the partition ${partition}`, () => assert.equal(partitionOf(region), partition));
}

test("ARNs of a region are of its partition, and are taken back as they were given", async (t) => {
  const { aws } = await localAws(t);
  const { ecs, ecr, logs } = clientsOf(aws, undefined, "cn-north-1");
  const { cluster } = await ecs.send(new CreateClusterCommand({ clusterName: "c" }));
  assert.match(String(cluster?.clusterArn), /^arn:aws-cn:ecs:cn-north-1:\d{12}:cluster\/c$/);
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName: "team/app" }));
  assert.match(String(repository?.repositoryArn), /^arn:aws-cn:ecr:cn-north-1:/);
  const tags = [{ Key: "a", Value: "b" }];
  await ecr.send(new TagResourceCommand({ resourceArn: repository?.repositoryArn, tags }));
  await logs.send(new CreateLogGroupCommand({ logGroupName: "/app" }));
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
  assert.match(String(logGroups?.[0]?.arn), /^arn:aws-cn:logs:cn-north-1:/);
});
