import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import type { FunctionBehaviour } from "../simulated-tasks/simulated-functions.js";
import { monitored } from "./monitored-service.js";
import { BLUE, HOOK_STAGES, PRODUCTION, pause, TEST, withShifts } from "./shift-service.js";
import { settle } from "./virtual-ecs.js";

const GATE = "arn:aws:lambda:us-west-2:123456789012:function:gate";
const ROLE = "arn:aws:iam::123456789012:role/invoke-hooks";
const lambda = (lifecycleStages: string[], more: JsonObject = {}) => ({
  hookTargetArn: GATE,
  roleArn: ROLE,
  lifecycleStages,
  ...more,
});
const BLUE_GREEN = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 };
const passed: FunctionBehaviour = { output: { hookStatus: "SUCCEEDED" } };
const failed: FunctionBehaviour = { output: { hookStatus: "FAILED" } };

interface Event {
  executionId: string;
  lifecycleStage: string;
  resourceArn: string;
  executionDetails: {
    serviceArn: string;
    targetServiceRevisionArn: string;
    testTrafficWeights: Record<string, number>;
    productionTrafficWeights: Record<string, number>;
  };
  hookDetails?: JsonObject;
}

/** Starts a service whose functions answer by script, and keeps their events. */
async function withLambda(behaviour: (event: Event, count: number) => FunctionBehaviour) {
  const events: Event[] = [];
  const world = await withShifts({
    lambda(functionArn, event) {
      assert.equal(functionArn, GATE);
      events.push(event as unknown as Event);
      return behaviour(event as unknown as Event, events.length);
    },
  });
  return { world, events };
}

/** Weights of target and source in an event. */
function weightsOf({ executionDetails }: Event) {
  const { targetServiceRevisionArn: target, testTrafficWeights, productionTrafficWeights } = executionDetails;
  const of = (weights: Record<string, number>) =>
    Object.entries(weights)
      .toSorted(([a], [b]) => Number(b === target) - Number(a === target))
      .map(([, weight]) => weight);
  return [of(testTrafficWeights), of(productionTrafficWeights)];
}

test("each stage invokes its function with the documented event, weights only in the stages of traffic", async () => {
  const { world, events } = await withLambda(() => passed);
  await world.deploy("good:2", {
    ...BLUE_GREEN,
    lifecycleHooks: [lambda(HOOK_STAGES, { hookDetails: { bucket: "b" } })],
  });
  await settle(world);
  const { serviceDeploymentArn, serviceArn, targetServiceRevision, status } = await world.newest();
  assert.equal(status, "SUCCESSFUL");
  assert.deepEqual(
    events.map((event) => [event.lifecycleStage, ...weightsOf(event)]),
    HOOK_STAGES.map((stage) => {
      if (stage === "TEST_TRAFFIC_SHIFT") return [stage, [100, 0], []];
      if (stage === "PRE_PRODUCTION_TRAFFIC_SHIFT") return [stage, [], [0, 100]];
      return [stage, [], stage === "PRODUCTION_TRAFFIC_SHIFT" ? [100, 0] : []];
    }),
  );
  for (const event of events) {
    const { executionId, executionDetails, resourceArn, hookDetails } = event;
    assert.match(executionId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.deepEqual([resourceArn, executionDetails.serviceArn], [serviceDeploymentArn, serviceArn]);
    assert.equal(executionDetails.targetServiceRevisionArn, targetServiceRevision.arn);
    assert.deepEqual(hookDetails, { bucket: "b" });
  }
  assert.equal(new Set(events.map(({ executionId }) => executionId)).size, HOOK_STAGES.length);
});

test("a linear deployment invokes its hooks at each step, with that step's weights", async () => {
  const { world, events } = await withLambda(() => passed);
  const linearConfiguration = { stepPercent: 40.5, stepBakeTimeInMinutes: 1 };
  const lifecycleHooks = [lambda(["PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"])];
  await world.deploy("good:2", { strategy: "LINEAR", linearConfiguration, lifecycleHooks });
  await settle(world);
  assert.deepEqual(
    events.map((event) => weightsOf(event)[1]),
    [
      [0, 100],
      [40.5, 59.5],
      [40.5, 59.5],
      [81, 19],
      [81, 19],
      [100, 0],
    ],
  );
});

test("an answer IN_PROGRESS is followed by another call after its delay, by default 30 s, with the details that it adds", async () => {
  const { world, events } = await withLambda((_event, count) => {
    if (count === 1) return { output: { hookStatus: "IN_PROGRESS", hookDetails: { seen: 1 } } };
    if (count === 2) return { output: { hookStatus: "IN_PROGRESS", callBackDelay: 90 } };
    return passed;
  });
  const lifecycleHooks = [lambda(["PRE_SCALE_UP"], { hookDetails: { limit: 5 } })];
  await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks });
  await world.secondsUntil(() => events.length === 1);
  const [hook] = (await world.newest()).lifecycleHookDetails;
  assert.match(hook.hookId, /^ecs-lambda-[\w-]{43}$/);
  assert.deepEqual(
    [hook.targetType, hook.targetArn, hook.status, hook.timeoutAction],
    ["AWS_LAMBDA", GATE, "IN_PROGRESS", "ROLLBACK"],
  );
  const first = await world.secondsUntil(() => events.length === 2);
  const second = await world.secondsUntil(() => events.length === 3);
  assert.ok(first >= 20 && first <= 30, `${first} s`);
  assert.equal(second, 90);
  assert.deepEqual(
    events.map(({ hookDetails }) => hookDetails),
    [{ limit: 5 }, { limit: 5, seen: 1 }, { limit: 5, seen: 1 }],
  );
  assert.equal(new Set(events.map(({ executionId }) => executionId)).size, 1);
  await settle(world);
  const { status, lifecycleHookDetails } = await world.newest();
  assert.deepEqual([status, lifecycleHookDetails[0].status], ["SUCCESSFUL", "SUCCEEDED"]);
});

const TEXT = "Service deployment rolled back because POST_SCALE_UP lifecycle hook(s) failed.";
const noStatus = `ECS was unable to parse the response from ${GATE} due to HookStatus must not be null`;
const endings: [string, FunctionBehaviour, string][] = [
  ["FAILED", failed, `Lifecycle hook target ${GATE} returned FAILED status.`],
  ["an exception", { error: "exception" }, noStatus],
  ["the end of the function's own time", { after: 900_000, error: "timeout" }, noStatus],
  ["an answer without a status", { output: { ok: true } }, noStatus],
  ["an unknown status", { output: { hookStatus: "DONE" } }, noStatus],
  ["an answer that is no object", { output: ["SUCCEEDED"] }, noStatus],
  ["null", { output: null }, noStatus],
  ["throttling", { refused: "Rate Exceeded." }, `ECS was unable to invoke hook target ${GATE} due to Rate Exceeded.`],
  ["a role that can't be assumed", { error: "role" }, `ECS was unable to assume role ${ROLE}`],
];
for (const [name, behaviour, sentence] of endings) {
  test(`${name} rolls the deployment back, with the documented reason`, async () => {
    const { world } = await withLambda(() => behaviour);
    await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: [lambda(["POST_SCALE_UP"])] });
    await world.secondsUntil(world.hasEnded);
    const { status, statusReason, lifecycleHookDetails } = await world.newest();
    assert.deepEqual([status, statusReason], ["ROLLBACK_SUCCESSFUL", `${TEXT} ${sentence}`]);
    assert.equal(lifecycleHookDetails[0].status, "FAILED");
    assert.deepEqual([world.served(PRODUCTION), world.served(TEST)], [BLUE, BLUE]);
  });
}

test("a function that never ends its hook is timed out, with either action", async () => {
  for (const [action, ended] of [
    ["ROLLBACK", "ROLLBACK_SUCCESSFUL"],
    ["CONTINUE", "SUCCESSFUL"],
  ]) {
    const { world } = await withLambda(() => ({ output: { hookStatus: "IN_PROGRESS", callBackDelay: 60 } }));
    const hook = lambda(["PRE_SCALE_UP"], { timeoutConfiguration: { timeoutInMinutes: 5, action: action ?? "" } });
    await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: [hook] });
    await world.secondsUntil(world.hasEnded);
    const { status, lifecycleHookDetails } = await world.newest();
    assert.deepEqual([status, lifecycleHookDetails[0].status], [ended, "TIMED_OUT"]);
  }
});

test("hooks of one stage run side by side: a function and a pause must both end well", async () => {
  const { world } = await withLambda(() => ({ after: 120_000, ...passed }));
  const lifecycleHooks = [lambda(["PRE_SCALE_UP"]), pause(["PRE_SCALE_UP"])];
  await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks });
  await world.act("CONTINUE");
  world.clock.advance(60_000);
  assert.equal((await world.newest()).lifecycleStage, "PRE_SCALE_UP");
  world.clock.advance(70_000);
  assert.equal((await world.newest()).lifecycleStage, "SCALE_UP");
  const { serviceDeploymentArn, lifecycleHookDetails } = await world.newest();
  const [{ hookId }] = lifecycleHookDetails;
  const continued = world.call("ContinueServiceDeployment", { serviceDeploymentArn, hookId, action: "CONTINUE" });
  await assert.rejects(continued, { code: "InvalidParameterException", message: /either completed, unavailable/ });
});

test("a rollback invokes the hooks of the traffic stages again, with target weight 0", async () => {
  const { world, events } = await withLambda(() => passed);
  const lifecycleHooks = [lambda(["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"])];
  await world.deploy("good:2", { ...BLUE_GREEN, bakeTimeInMinutes: 60, lifecycleHooks });
  await world.secondsUntil(world.isAt("BAKE_TIME"));
  const { serviceDeploymentArn } = await world.newest();
  await world.call("StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" });
  await world.secondsUntil(world.hasEnded);
  assert.equal((await world.newest()).status, "ROLLBACK_SUCCESSFUL");
  assert.deepEqual(
    events.map((event) => [event.lifecycleStage, ...weightsOf(event)]),
    [
      ["TEST_TRAFFIC_SHIFT", [100, 0], []],
      ["PRODUCTION_TRAFFIC_SHIFT", [], [100, 0]],
      ["PRODUCTION_TRAFFIC_SHIFT", [], [0, 100]],
      ["TEST_TRAFFIC_SHIFT", [0, 100], []],
    ],
  );
});

test("a rollback before the test shift invokes no function again", async () => {
  const { world, events } = await withLambda(({ lifecycleStage }) =>
    lifecycleStage === "POST_SCALE_UP" ? failed : passed,
  );
  await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: [lambda(HOOK_STAGES)] });
  await world.secondsUntil(world.hasEnded);
  assert.deepEqual(
    events.map(({ lifecycleStage }) => lifecycleStage),
    ["PRE_SCALE_UP", "POST_SCALE_UP"],
  );
});

test("a function that fails on the way back makes it ROLLBACK_FAILED", async () => {
  const { world } = await withLambda((event) => (weightsOf(event)[1]?.[0] === 0 ? failed : passed));
  const lifecycleHooks = [lambda(["PRODUCTION_TRAFFIC_SHIFT"])];
  await world.deploy("good:2", { ...BLUE_GREEN, bakeTimeInMinutes: 60, lifecycleHooks });
  await world.secondsUntil(world.isAt("BAKE_TIME"));
  const { serviceDeploymentArn } = await world.newest();
  await world.call("StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" });
  await world.secondsUntil(world.hasEnded);
  const { status, statusReason } = await world.newest();
  assert.equal(status, "ROLLBACK_FAILED");
  assert.match(statusReason, /PRODUCTION_TRAFFIC_SHIFT lifecycle hook\(s\) failed\. .* returned FAILED status\./);
});

test("a restart of the local ECS invokes the function again whose answer it has lost", async () => {
  let calls = 0;
  const { world } = await withLambda(() => (calls++ === 0 ? { after: 600_000, ...passed } : passed));
  await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: [lambda(["PRE_SCALE_UP"])] });
  world.clock.advance(60_000);
  assert.equal(calls, 1);
  await world.restart();
  await settle(world);
  assert.deepEqual([calls, (await world.newest()).status], [2, "SUCCESSFUL"]);
});

test("a rolling deployment without the function fails at its hook: it does not exist", async () => {
  const { clock, update, newest } = await monitored({ lifecycleHooks: [lambda(["PRE_SCALE_UP"])] });
  await update();
  clock.advance(100_000);
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(100_000);
  const { status, statusReason } = await newest();
  assert.equal(status, "ROLLBACK_SUCCESSFUL");
  assert.match(statusReason, /PRE_SCALE_UP .* unable to invoke hook target .* due to Function not found: arn:/);
});

test("a Lambda hook needs a function and a role, and waits a day at most", async () => {
  const world = await withShifts();
  const refused: [JsonObject, RegExp][] = [
    [lambda(["PRE_SCALE_UP"], { hookTargetArn: "gate" }), /hookTargetArn gate: the ARN of a Lambda function/],
    [lambda(["PRE_SCALE_UP"], { roleArn: "role" }), /roleArn role: the ARN of the IAM role/],
    [lambda(["PRE_SCALE_UP"], { timeoutConfiguration: { timeoutInMinutes: 1_441 } }), /from 1 to 1440/],
    [lambda(["SCALE_UP"]), /lifecycleStages 'SCALE_UP'/],
  ];
  for (const [hook, message] of refused) {
    const started = world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: [hook] });
    await assert.rejects(started, { code: "InvalidParameterException", message });
  }
  const eleven = Array.from({ length: 11 }, () => lambda(["PRE_SCALE_UP"]));
  const started = world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: eleven });
  await assert.rejects(started, /11 AWS_LAMBDA hooks: at most 10/);
});
