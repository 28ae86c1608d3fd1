import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudWatchClient, DescribeAlarmsCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateRepositoryCommand,
  DescribeRepositoriesCommand,
  GetDownloadUrlForLayerCommand,
  ListTagsForResourceCommand as ListEcrTagsCommand,
} from "@aws-sdk/client-ecr";
import {
  DeleteRuleCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
} from "@aws-sdk/client-scheduler";
import type { LocalAws } from "../server.js";
import { localAws } from "./local-aws.js";

const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
const when = { ScheduleExpression: "rate(5 minutes)" };
const schedule = {
  ...when,
  FlexibleTimeWindow: { Mode: "OFF" as const },
  Target: { Arn: "arn:aws:ecs:us-west-2:123456789012:cluster/c", RoleArn: "arn:aws:iam::123456789012:role/x" },
};
const target = (Id: string) => ({ Id, Arn: "arn:aws:ecs:us-west-2:123456789012:cluster/c" });

function cloudWatchOf(aws: LocalAws) {
  const credentials = { accessKeyId: aws.credentials.AccessKeyId, secretAccessKey: aws.credentials.SecretAccessKey };
  return new CloudWatchClient({ region: "us-west-2", endpoint: aws.url, credentials, maxAttempts: 1 });
}

for (const name of names) {
  test(`nothing is named ${name} before it is made`, async (t) => {
    const { events, scheduler, ecr, lines } = await localAws(t);
    const missing = { name: "ResourceNotFoundException" };
    await assert.rejects(scheduler.send(new GetScheduleCommand({ Name: name })), missing);
    await assert.rejects(scheduler.send(new DeleteScheduleCommand({ Name: name })), missing);
    await assert.rejects(events.send(new ListTargetsByRuleCommand({ Rule: name })), missing);
    await assert.rejects(events.send(new PutTargetsCommand({ Rule: name, Targets: [target(name)] })), missing);
    await events.send(new DeleteRuleCommand({ Name: name }));
    await ecr.send(new CreateRepositoryCommand({ repositoryName: "app" }));
    const layer = new GetDownloadUrlForLayerCommand({ repositoryName: "app", layerDigest: name });
    await assert.rejects(ecr.send(layer), { name: "LayersNotFoundException" });
    assert.deepEqual(lines, []);
  });

  test(`what is named ${name} is made, found, and found again after a restart`, async (t) => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const { aws, restart, events, scheduler, logs, ecr, lines } = await localAws(t);
    await events.send(new PutRuleCommand({ Name: name, ...when }));
    await events.send(new PutTargetsCommand({ Rule: name, Targets: [target(name)] }));
    await scheduler.send(new CreateScheduleCommand({ Name: name, ...schedule }));
    const twice = scheduler.send(new CreateScheduleCommand({ Name: name, ...schedule }));
    await assert.rejects(twice, { name: "ConflictException" });
    await logs.send(new CreateLogGroupCommand({ logGroupName: name, tags: { [name]: "value" } }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: name, logStreamName: name }));
    const tags = [{ Key: name, Value: name }];
    await ecr.send(new CreateRepositoryCommand({ repositoryName: "constructor", tags }));
    const alarm = { MetricName: "m", Namespace: "n", Period: 60, EvaluationPeriods: 1, Threshold: 1 };
    const comparison = { Statistic: "Sum" as const, ComparisonOperator: "GreaterThanThreshold" as const };
    const cloudWatch = cloudWatchOf(aws);
    await cloudWatch.send(new PutMetricAlarmCommand({ AlarmName: name, ...alarm, ...comparison }));

    const { aws: again, ...clients } = await restart();
    const rules = await clients.events.send(new ListRulesCommand({}));
    assert.deepEqual(
      rules.Rules?.map((rule) => rule.Name),
      [name],
    );
    const targets = await clients.events.send(new ListTargetsByRuleCommand({ Rule: name }));
    assert.deepEqual(targets.Targets, [target(name)]);
    const schedules = await clients.scheduler.send(new ListSchedulesCommand({}));
    assert.deepEqual(
      schedules.Schedules?.map((each) => each.Name),
      [name],
    );
    const groups = await clients.logs.send(new DescribeLogGroupsCommand({}));
    assert.deepEqual(
      groups.logGroups?.map((group) => group.logGroupName),
      [name],
    );
    const resourceArn = groups.logGroups?.[0]?.logGroupArn;
    const groupTags = await clients.logs.send(new ListTagsForResourceCommand({ resourceArn }));
    assert.deepEqual(Object.entries(groupTags.tags ?? {}), [[name, "value"]]);
    const { repositories } = await clients.ecr.send(new DescribeRepositoriesCommand({}));
    const repositoryArn = repositories?.[0]?.repositoryArn;
    const ofRepository = await clients.ecr.send(new ListEcrTagsCommand({ resourceArn: repositoryArn }));
    assert.deepEqual(ofRepository.tags, tags);
    const { MetricAlarms } = await cloudWatchOf(again).send(new DescribeAlarmsCommand({}));
    assert.deepEqual(
      MetricAlarms?.map(({ AlarmName }) => AlarmName),
      [name],
    );
    assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
    assert.deepEqual(lines, []);
  });
}
