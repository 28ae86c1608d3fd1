import assert from "node:assert/strict";
import { test } from "node:test";
import { monitored } from "./monitored-service.js";

async function watched(rollback = true, more = {}) {
  const world = await monitored({ alarms: { alarmNames: ["errors", "latency"], enable: true, rollback }, ...more });
  const monitoring = (operation: string, input: object) => world.aws.call("monitoring", operation, input as never);
  const put = (AlarmName: string, Period: number) =>
    monitoring("PutMetricAlarm", {
      AlarmName,
      Period,
      EvaluationPeriods: 2,
      ComparisonOperator: "GreaterThanThreshold",
    });
  await put("errors", 60);
  await put("latency", 120);
  const set = (AlarmName: string, StateValue: string) =>
    monitoring("SetAlarmState", { AlarmName, StateValue, StateReason: "test" });
  return { ...world, set };
}

test("an alarm during the deployment rolls it back and is named", async () => {
  const { clock, update, newest, service, set } = await watched();
  await update();
  clock.advance(60_000);
  assert.deepEqual((await newest()).alarms, {
    status: "MONITORING",
    alarmNames: ["errors", "latency"],
    triggeredAlarmNames: [],
  });
  clock.advance(10_000);
  await set("latency", "ALARM");
  const { alarms, status, statusReason } = await newest();
  assert.deepEqual(
    [alarms.status, alarms.triggeredAlarmNames, status],
    ["TRIGGERED", ["latency"], "ROLLBACK_IN_PROGRESS"],
  );
  assert.match(statusReason, /alarm was triggered/);
  clock.advance(200_000);
  assert.equal((await newest()).status, "ROLLBACK_SUCCESSFUL");
  const { taskDefinition, events } = await service();
  assert.match(taskDefinition, /web:1$/);
  assert.ok(events.some(({ message }: { message: string }) => /deployment failed: alarm detected\.$/.test(message)));
});

test("an alarm without rollback stops the deployment in place", async () => {
  const { clock, update, newest, service, set } = await watched(false);
  await update();
  clock.advance(70_000);
  await set("errors", "ALARM");
  assert.equal((await newest()).status, "STOPPED");
  const [primary] = (await service()).deployments;
  assert.deepEqual([primary.rolloutState, primary.status], ["FAILED", "PRIMARY"]);
});

test("alarms that are in ALARM when the deployment starts are not monitored", async () => {
  const { clock, update, newest, set } = await watched();
  await set("errors", "ALARM");
  await update();
  clock.advance(300_000);
  assert.deepEqual([(await newest()).alarms.status, (await newest()).status], ["DISABLED", "SUCCESSFUL"]);
});

test("the bake time is the window of the slowest alarm, and an alarm during it rolls the deployment back", async () => {
  const { clock, update, newest, service, set } = await watched();
  await update();
  clock.advance(130_000);
  assert.deepEqual([(await newest()).lifecycleStage, (await newest()).status], ["BAKE_TIME", "IN_PROGRESS"]);
  assert.equal((await service()).deployments[0].rolloutState, "IN_PROGRESS");
  clock.advance(230_000);
  assert.equal((await newest()).status, "SUCCESSFUL");
  assert.equal((await newest()).alarms.status, "MONITORING_COMPLETE");
  clock.advance(60_000);
  assert.equal((await service()).deployments[0].rolloutState, "COMPLETED");
  await set("errors", "ALARM");
  assert.equal((await newest()).status, "SUCCESSFUL");
});

test("a configured bake time is kept", async () => {
  const { clock, update, newest, set } = await watched(true, { bakeTimeInMinutes: 20 });
  await update();
  clock.advance(19 * 60_000);
  assert.equal((await newest()).lifecycleStage, "BAKE_TIME");
  await set("errors", "ALARM");
  assert.deepEqual(
    [(await newest()).status, (await newest()).alarms.triggeredAlarmNames],
    ["ROLLBACK_IN_PROGRESS", ["errors"]],
  );
});
