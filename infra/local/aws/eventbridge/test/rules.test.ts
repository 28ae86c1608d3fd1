import assert from "node:assert/strict";
import { test } from "node:test";
import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DeleteRuleCommand,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { startLocalAws } from "../../server.js";
import { clientsOf, localAws, simulated } from "../../test/local-aws.js";

const target = {
  Id: "task",
  Arn: "arn:aws:ecs:us-west-2:123456789012:cluster/c",
  RoleArn: "arn:aws:iam::123456789012:role/events",
  EcsParameters: { TaskDefinitionArn: "arn:aws:ecs:us-west-2:123456789012:task-definition/service:3", TaskCount: 1 },
};
const nightly = { Name: "nightly", ScheduleExpression: "rate(1 day)", State: "DISABLED" } as const;

test("a rule and its targets are kept as they were sent, over a restart too", async (t) => {
  const { aws, events, stateDir } = await localAws(t);
  const { RuleArn } = await events.send(new PutRuleCommand(nightly));
  assert.equal(RuleArn, "arn:aws:events:us-west-2:123456789012:rule/nightly");
  await events.send(new PutTargetsCommand({ Rule: "nightly", Targets: [target] }));
  await aws.close();
  const again = await startLocalAws({ ...simulated, stateDir });
  const { events: client } = clientsOf(again);
  const { Rules } = await client.send(new ListRulesCommand({ EventBusName: "default" }));
  const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: "nightly" }));
  await again.close();
  assert.deepEqual(Rules, [{ ...nightly, Arn: RuleArn, EventBusName: "default" }]);
  assert.deepEqual(Targets, [target]);
});

test("rules come in pages", async (t) => {
  const { events } = await localAws(t);
  for (const Name of ["a", "b", "c"]) await events.send(new PutRuleCommand({ ...nightly, Name }));
  const first = await events.send(new ListRulesCommand({ Limit: 2 }));
  const second = await events.send(new ListRulesCommand({ Limit: 2, NextToken: first.NextToken }));
  const names = [first, second].map(({ Rules }) => Rules?.map(({ Name }) => Name));
  assert.deepEqual(names, [["a", "b"], ["c"]]);
  assert.equal(second.NextToken, undefined);
});

test("a rule can be deleted only without targets", async (t) => {
  const { events } = await localAws(t);
  await events.send(new PutRuleCommand(nightly));
  await events.send(new PutTargetsCommand({ Rule: "nightly", Targets: [target] }));
  await assert.rejects(events.send(new DeleteRuleCommand({ Name: "nightly" })), { name: "ValidationException" });
  await events.send(new RemoveTargetsCommand({ Rule: "nightly", Ids: ["task"] }));
  await events.send(new DeleteRuleCommand({ Name: "nightly" }));
  const requested = events.send(new ListTargetsByRuleCommand({ Rule: "nightly" }));
  await assert.rejects(requested, { name: "ResourceNotFoundException" });
});

test("there is the default bus and no other", async (t) => {
  const { events } = await localAws(t);
  const { EventBuses } = await events.send(new ListEventBusesCommand({}));
  assert.deepEqual(
    EventBuses?.map(({ Name }) => Name),
    ["default"],
  );
  await assert.rejects(events.send(new ListRulesCommand({ EventBusName: "orders" })), {
    message: /orders does not exist/,
  });
});

test("a rule needs to say when", async (t) => {
  const { events } = await localAws(t);
  await assert.rejects(events.send(new PutRuleCommand({ Name: "never" })), { name: "ValidationException" });
});

test("an event of the bus is a log event with AWS's envelope", async (t) => {
  const { events, logs } = await localAws(t);
  const entry = { Source: "slipway", DetailType: "Test", Detail: '{"a":1}', Resources: ["arn:x"] };
  const Time = new Date("2026-11-27T10:00:00Z");
  const { FailedEntryCount, Entries } = await events.send(new PutEventsCommand({ Entries: [{ ...entry, Time }] }));
  assert.equal(FailedEntryCount, 0);
  const place = { logGroupName: "/local/events/default", logStreamName: "messages" };
  const { events: found = [] } = await logs.send(new GetLogEventsCommand(place));
  assert.deepEqual(JSON.parse(found[0]?.message ?? ""), {
    version: "0",
    id: Entries?.[0]?.EventId,
    "detail-type": "Test",
    source: "slipway",
    account: "123456789012",
    time: "2026-11-27T10:00:00Z",
    region: "us-west-2",
    resources: ["arn:x"],
    detail: { a: 1 },
  });
});

test("an event that EventBridge does not take fails alone, beside the others", async (t) => {
  const { events } = await localAws(t);
  const good = { Source: "slipway", DetailType: "Test", Detail: "{}" };
  const Entries = [good, { ...good, Detail: "x" }, { ...good, Source: "aws.ecs" }, { ...good, DetailType: "" }];
  const answer = await events.send(new PutEventsCommand({ Entries }));
  assert.equal(answer.FailedEntryCount, 3);
  assert.deepEqual(
    answer.Entries?.map(({ ErrorCode }) => ErrorCode),
    [undefined, "MalformedDetail", "NotAuthorizedForSourceException", "InvalidArgument"],
  );
  const elsewhere = new PutEventsCommand({ Entries: [{ ...good, EventBusName: "orders" }] });
  await assert.rejects(events.send(elsewhere), { message: /orders does not exist/ });
});
