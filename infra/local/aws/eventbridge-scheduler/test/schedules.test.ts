import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
} from "@aws-sdk/client-scheduler";
import { clientsOf, localAws } from "../../test/local-aws.js";

const schedule = {
  Name: "nightly",
  ScheduleExpression: "cron(0 3 * * ? *)",
  FlexibleTimeWindow: { Mode: "OFF" },
  Target: {
    Arn: "arn:aws:ecs:us-west-2:123456789012:cluster/c",
    RoleArn: "arn:aws:iam::123456789012:role/scheduler",
    EcsParameters: { TaskDefinitionArn: "arn:aws:ecs:us-west-2:123456789012:task-definition/service:3" },
  },
} as const;

test("a schedule is stored as sent, and the list has its target", async (t) => {
  const { scheduler } = await localAws(t);
  const { ScheduleArn } = await scheduler.send(new CreateScheduleCommand(schedule));
  assert.equal(ScheduleArn, "arn:aws:scheduler:us-west-2:123456789012:schedule/default/nightly");
  const found = await scheduler.send(new GetScheduleCommand({ Name: "nightly", GroupName: "default" }));
  assert.deepEqual(found.Target, schedule.Target);
  assert.equal(found.State, "ENABLED");
  assert.ok(found.CreationDate instanceof Date);
  const { Schedules } = await scheduler.send(new ListSchedulesCommand({}));
  assert.deepEqual(
    Schedules?.map(({ Name, GroupName, Target }) => ({ Name, GroupName, Target })),
    [{ Name: "nightly", GroupName: "default", Target: { Arn: schedule.Target.Arn } }],
  );
});

test("schedules come in pages, and by prefix", async (t) => {
  const { scheduler } = await localAws(t);
  for (const Name of ["a-1", "a-2", "b.3"]) {
    await scheduler.send(new CreateScheduleCommand({ ...schedule, Name }));
  }
  const first = await scheduler.send(new ListSchedulesCommand({ MaxResults: 2 }));
  const second = await scheduler.send(new ListSchedulesCommand({ MaxResults: 2, NextToken: first.NextToken }));
  assert.deepEqual([first.Schedules?.length, second.Schedules?.length], [2, 1]);
  assert.equal((await scheduler.send(new ListSchedulesCommand({ NamePrefix: "a-" }))).Schedules?.length, 2);
});

test("one of the same name is a conflict, and one that is not there is not found", async (t) => {
  const { scheduler } = await localAws(t);
  await scheduler.send(new CreateScheduleCommand(schedule));
  await assert.rejects(scheduler.send(new CreateScheduleCommand(schedule)), { name: "ConflictException" });
  await scheduler.send(new DeleteScheduleCommand({ Name: "nightly" }));
  await assert.rejects(scheduler.send(new GetScheduleCommand({ Name: "nightly" })), {
    name: "ResourceNotFoundException",
    message: "Schedule nightly does not exist.",
  });
});

test("what a schedule lacks is named", async (t) => {
  const { scheduler } = await localAws(t);
  const { FlexibleTimeWindow: _, ...incomplete } = schedule;
  await assert.rejects(scheduler.send(new CreateScheduleCommand(incomplete as never)), {
    name: "ValidationException",
    message: /FlexibleTimeWindow/,
  });
});

test("an unknown REST operation and a wrong key get an error", async (t) => {
  const { aws, scheduler } = await localAws(t);
  await assert.rejects(scheduler.send(new ListScheduleGroupsCommand({})), {
    name: "UnknownOperationException",
    message: /scheduler:ListScheduleGroups is an operation of AWS that this local AWS does not implement/,
  });
  const { scheduler: other } = clientsOf(aws, { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wrong" });
  await assert.rejects(other.send(new ListSchedulesCommand({})), { name: "UnrecognizedClientException" });
});
