import assert from "node:assert/strict";
import { test } from "node:test";
import { monitored } from "./monitored-service.js";

const pausedAt = (lifecycleStages: string[], timeoutConfiguration?: { timeoutInMinutes: number; action: string }) =>
  monitored({
    lifecycleHooks: [{ targetType: "PAUSE", lifecycleStages, ...(timeoutConfiguration && { timeoutConfiguration }) }],
  });

test("a pause before the scale-up starts nothing until it is continued", async () => {
  const { clock, update, newest, service, ecs } = await pausedAt(["PRE_SCALE_UP"]);
  await update();
  clock.advance(3_600_000);
  const { lifecycleStage, lifecycleHookDetails, status, serviceDeploymentArn, startedAt } = await newest();
  const [hook] = lifecycleHookDetails;
  assert.deepEqual([lifecycleStage, hook.status, status], ["PRE_SCALE_UP", "AWAITING_ACTION", "IN_PROGRESS"]);
  assert.match(hook.hookId, /^ecs-pause-[\w-]{43}$/);
  assert.deepEqual([hook.timeoutAction, Math.round(hook.expiresAt - startedAt)], ["ROLLBACK", 86_400]);
  const [primary, old] = (await service()).deployments;
  assert.deepEqual([primary.runningCount + primary.pendingCount, old.runningCount], [0, 2]);
  assert.deepEqual(await ecs("ContinueServiceDeployment", { serviceDeploymentArn, hookId: hook.hookId }), {
    serviceDeploymentArn,
  });
  clock.advance(200_000);
  assert.deepEqual(
    [(await newest()).status, (await newest()).lifecycleHookDetails[0].status],
    ["SUCCESSFUL", "SUCCEEDED"],
  );
  await assert.rejects(
    ecs("ContinueServiceDeployment", { serviceDeploymentArn, hookId: hook.hookId }),
    /not allowed .* in terminal states/,
  );
});

test("a pause after the scale-up delays the success of a deployment of healthy tasks, and can roll it back", async () => {
  const { clock, update, newest, service, ecs } = await pausedAt(["POST_SCALE_UP"]);
  await update();
  clock.advance(600_000);
  const { lifecycleStage, lifecycleHookDetails, status, serviceDeploymentArn } = await newest();
  assert.deepEqual([lifecycleStage, status], ["POST_SCALE_UP", "IN_PROGRESS"]);
  assert.equal((await service()).deployments[0].runningCount, 2);
  const { hookId } = lifecycleHookDetails[0];
  await ecs("ContinueServiceDeployment", { serviceDeploymentArn, hookId, action: "ROLLBACK" });
  const { statusReason } = await newest();
  assert.match(statusReason, /^Service deployment rolled back because POST_SCALE_UP lifecycle hook\(s\) failed\./);
  clock.advance(300_000);
  assert.equal((await newest()).status, "ROLLBACK_SUCCESSFUL");
  assert.match((await service()).taskDefinition, /web:1$/);
});

for (const [action, status] of [
  ["ROLLBACK", "ROLLBACK_SUCCESSFUL"],
  ["CONTINUE", "SUCCESSFUL"],
]) {
  test(`a pause that is not continued performs its timeout action: ${action}`, async () => {
    const { clock, update, newest } = await pausedAt(["PRE_SCALE_UP"], { timeoutInMinutes: 10, action: action ?? "" });
    await update();
    clock.advance(640_000);
    assert.equal((await newest()).lifecycleHookDetails[0].status, "AWAITING_ACTION");
    clock.advance(300_000);
    assert.deepEqual([(await newest()).status, (await newest()).lifecycleHookDetails[0].status], [status, "TIMED_OUT"]);
  });
}

test("a deployment that is paused can be stopped", async () => {
  const { clock, update, newest, service, ecs } = await pausedAt(["PRE_SCALE_UP"]);
  await update();
  clock.advance(100_000);
  const { serviceDeploymentArn } = await newest();
  await ecs("StopServiceDeployment", { serviceDeploymentArn });
  clock.advance(100_000);
  assert.equal((await newest()).status, "ROLLBACK_SUCCESSFUL");
  assert.equal((await service()).runningCount, 2);
});

test("hooks without an effect are rejected", async () => {
  const refused: [object, RegExp][] = [
    [
      { lifecycleStages: ["PRE_SCALE_UP"] },
      /^Role arn or Hook Target arn is missing for one or more deployment lifecycle hooks$/,
    ],
    [
      { targetType: "SNS", lifecycleStages: ["PRE_SCALE_UP"] },
      /Invalid targetType. Valid values are: AWS_LAMBDA, PAUSE/,
    ],
    [
      { targetType: "PAUSE", lifecycleStages: [] },
      /^Lifecycle stage cannot be null or empty for any deployment lifecycle hooks$/,
    ],
    [{ targetType: "PAUSE", lifecycleStages: ["LUNCH"] }, /lifecycleStages 'LUNCH': .*PRE_SCALE_UP/],
    [
      { targetType: "PAUSE", lifecycleStages: ["TEST_TRAFFIC_SHIFT"] },
      /Invalid lifecycle stage provided for Pause Hook/,
    ],
    [
      { targetType: "PAUSE", lifecycleStages: ["PRE_SCALE_UP"], timeoutConfiguration: { timeoutInMinutes: 0 } },
      /whole numbers from 1 to 20160/,
    ],
  ];
  for (const [hook, message] of refused) {
    const { update } = await monitored({ lifecycleHooks: [hook as never] });
    await assert.rejects(update(), { code: "InvalidParameterException", message });
  }
});
