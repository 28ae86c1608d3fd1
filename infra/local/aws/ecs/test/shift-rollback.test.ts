import assert from "node:assert/strict";
import { test } from "node:test";
import { BLUE, balanced, GREEN, PRODUCTION, pause, TEST, withShifts } from "./shift-service.js";
import { createVirtualEcs, NETWORK, scripted, settle } from "./virtual-ecs.js";

const BLUE_GREEN = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 };
type World = Awaited<ReturnType<typeof withShifts>>;

/** Asserts that the service is as before: traffic, tasks, revision and deployments. */
async function isRolledBack(world: World, reason: string | RegExp) {
  await settle(world);
  const { status, statusReason, rollback, sourceServiceRevisions, targetServiceRevision } = await world.newest();
  assert.equal(status, "ROLLBACK_SUCCESSFUL");
  if (typeof reason === "string") assert.equal(statusReason, reason);
  else assert.match(statusReason, reason);
  assert.equal(rollback.reason, statusReason);
  assert.equal(rollback.serviceRevisionArn, sourceServiceRevisions[0].arn);
  assert.notEqual(targetServiceRevision.arn, sourceServiceRevisions[0].arn);
  assert.deepEqual(await world.weights(), [
    [0, 0],
    [100, 100],
  ]);
  assert.deepEqual([world.served(PRODUCTION), world.served(TEST)], [BLUE, BLUE]);
  assert.deepEqual([await world.imagesBehind(BLUE), await world.imagesBehind(GREEN)], [["good:1", "good:1"], []]);
  const { deployments, taskDefinition } = await world.service();
  assert.deepEqual([deployments.length, deployments[0].rolloutState, taskDefinition], [1, "COMPLETED", world.first]);
}

for (const stage of ["PRE_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"]) {
  test(`a pause at ${stage} that is answered with ROLLBACK returns to the old tasks, which have run all the time`, async () => {
    const world = await withShifts();
    const old = (await world.tasks({ serviceName: "web" })).map(({ taskArn }) => taskArn).toSorted();
    await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: [pause([stage])] });
    await world.secondsUntil(async () => (await world.hooksAwaiting()).length > 0);
    await world.act("ROLLBACK");
    assert.equal((await world.newest()).status, "ROLLBACK_IN_PROGRESS");
    await isRolledBack(world, `Service deployment rolled back because ${stage} lifecycle hook(s) failed.`);
    const now = (await world.tasks({ serviceName: "web" })).map(({ taskArn }) => taskArn).toSorted();
    assert.deepEqual(now, old);
  });
}

for (const stage of ["POST_TEST_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"]) {
  test(`a rollback at ${stage} of the first deployment after ROLLING moves all traffic back, though the old revision names no rules`, async () => {
    const world = await withShifts({ rolling: true });
    await world.deploy(
      "good:2",
      { ...BLUE_GREEN, lifecycleHooks: [pause([stage])] },
      { loadBalancers: balanced() as never },
    );
    await world.secondsUntil(async () => (await world.hooksAwaiting()).length > 0);
    await world.act("ROLLBACK");
    await isRolledBack(world, `Service deployment rolled back because ${stage} lifecycle hook(s) failed.`);
  });
}

for (const [action, status] of [
  ["ROLLBACK", "ROLLBACK_SUCCESSFUL"],
  ["CONTINUE", "SUCCESSFUL"],
]) {
  test(`a pause that is not ended performs its action at the time-out: ${action}`, async () => {
    const world = await withShifts();
    const hook = pause(["POST_TEST_TRAFFIC_SHIFT"], { timeoutInMinutes: 10, action: action ?? "" });
    await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: [hook] });
    await world.secondsUntil(world.isAt("POST_TEST_TRAFFIC_SHIFT"));
    world.clock.advance(590_000);
    assert.equal((await world.newest()).status, "IN_PROGRESS");
    if (action === "ROLLBACK") {
      const reason = "Service deployment rolled back because POST_TEST_TRAFFIC_SHIFT pause hook timed out.";
      await isRolledBack(world, reason);
    } else await settle(world);
    const { lifecycleHookDetails, status: ended } = await world.newest();
    assert.deepEqual([lifecycleHookDetails[0].status, ended], ["TIMED_OUT", status]);
  });
}

test("two hooks of one stage wait side by side; one that rolls back decides", async () => {
  const world = await withShifts();
  const hooks = [pause(["PRE_SCALE_UP"]), pause(["PRE_SCALE_UP", "POST_SCALE_UP"])];
  await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: hooks });
  const [first, second] = await world.hooksAwaiting();
  const { serviceDeploymentArn } = await world.newest();
  const act = (hookId: string | undefined, action: string) =>
    world.call("ContinueServiceDeployment", { serviceDeploymentArn, hookId: hookId ?? "", action });
  await act(first?.hookId, "CONTINUE");
  world.clock.advance(60_000);
  assert.equal((await world.newest()).lifecycleStage, "PRE_SCALE_UP");
  const unavailable = /either completed, unavailable, or not associated with the given Resource ARN/;
  for (const [hookId, message] of [
    [first?.hookId, unavailable],
    ["ecs-pause-0", unavailable],
    ["pause", /Invalid hookId: hookId must follow the format: ecs-\{hookType\}-\{id\}/],
  ] as const) {
    await assert.rejects(act(hookId, "CONTINUE"), { code: "InvalidParameterException", message });
  }
  await act(second?.hookId, "ROLLBACK");
  await isRolledBack(world, /PRE_SCALE_UP lifecycle hook\(s\) failed/);
  await assert.rejects(act(second?.hookId, "CONTINUE"), { message: /not allowed .* in terminal states/ });
});

test("a user's rollback works in PENDING and in the bake time, and is harmless while it is under way", async () => {
  for (const seconds of [1, 150]) {
    const world = await withShifts({ timing: { shiftListLag: 0 } });
    const taskDefinition = await world.register("good:2");
    await world.call("UpdateService", { service: "web", taskDefinition, deploymentConfiguration: BLUE_GREEN });
    world.clock.advance(seconds * 1_000);
    const { serviceDeploymentArn } = await world.newest();
    const stop = (stopType: string) => world.call("StopServiceDeployment", { serviceDeploymentArn, stopType });
    await assert.rejects(stop("ABORT"), { code: "UnsupportedFeatureException" });
    await stop("ROLLBACK");
    await stop("ROLLBACK");
    world.clock.advance(7_000);
    assert.equal((await world.newest()).status, "ROLLBACK_IN_PROGRESS");
    await stop("ROLLBACK");
    await isRolledBack(world, "Service deployment rolled back by user.");
  }
});

test("a rollback in CLEAN_UP starts the old tasks again before it moves the traffic back", async () => {
  const world = await withShifts();
  await world.deploy("good:2", { ...BLUE_GREEN, bakeTimeInMinutes: 0 });
  await world.secondsUntil(world.isAt("CLEAN_UP"));
  const { serviceDeploymentArn } = await world.newest();
  await world.call("StopServiceDeployment", { serviceDeploymentArn });
  world.clock.advance(20_000);
  assert.equal(world.served(PRODUCTION), GREEN);
  await isRolledBack(world, /by user/);
});

test("a rollback returns the traffic that a replaced deployment had moved, though its own deployment moved none", async () => {
  const world = await withShifts();
  await world.deploy("good:2", { ...BLUE_GREEN, bakeTimeInMinutes: 0 });
  await world.secondsUntil(world.isAt("CLEAN_UP"));
  await world.deploy("good:3", { ...BLUE_GREEN, lifecycleHooks: [pause(["RECONCILE_SERVICE", "PRE_SCALE_UP"])] });
  await world.secondsUntil(async () => (await world.hooksAwaiting()).length > 0);
  await world.act("ROLLBACK");
  await settle(world);
  assert.deepEqual([world.served(PRODUCTION), world.served(TEST)], [BLUE, BLUE]);
  assert.deepEqual(await world.imagesBehind(BLUE), ["good:1", "good:1"]);
});

test("an alarm in the bake time rolls back", async () => {
  const world = await withShifts();
  const alarms = { alarmNames: ["errors"], enable: true, rollback: true };
  await world.deploy("good:2", { ...BLUE_GREEN, alarms });
  await world.secondsUntil(world.isAt("BAKE_TIME"));
  world.alarm("errors");
  assert.equal((await world.newest()).status, "ROLLBACK_IN_PROGRESS");
  await isRolledBack(world, /CloudWatch alarm was triggered/);
});

/** Tasks that crash before their targets are healthy. */
const crashing: Parameters<typeof withShifts>[0] = {
  behaviour: scripted({ crash: { exit: { after: 11_000, code: 1 } } }),
  target: () => ({ health: [{ after: 15_000, state: "healthy" }] }),
};
const BREAKER = { deploymentCircuitBreaker: { enable: true, rollback: true } };

test("the circuit breaker rolls back a deployment whose tasks crash", async () => {
  const world = await withShifts(crashing);
  await world.deploy("crash:1", { ...BLUE_GREEN, ...BREAKER });
  await isRolledBack(world, "Service deployment rolled back because the circuit breaker threshold was exceeded.");
});

test("in the other documented reading the circuit breaker acts on rolling deployments only", async () => {
  const world = await withShifts({ ...crashing, breakerOnShifts: false });
  await world.deploy("crash:1", { ...BLUE_GREEN, ...BREAKER });
  world.clock.advance(1_800_000);
  const { status, lifecycleStage, deploymentCircuitBreaker } = await world.newest();
  assert.deepEqual([status, lifecycleStage, deploymentCircuitBreaker.status], ["IN_PROGRESS", "SCALE_UP", "DISABLED"]);
  assert.ok(deploymentCircuitBreaker.failureCount > 3);
});

test("the first deployment of a service has no candidate to roll back to", async () => {
  const world = await createVirtualEcs();
  await world.call("CreateCluster");
  await world.register("good:1");
  await world.call("CreateService", {
    serviceName: "web",
    taskDefinition: "web",
    desiredCount: 1,
    launchType: "FARGATE",
    networkConfiguration: NETWORK,
    loadBalancers: balanced(),
    deploymentConfiguration: { ...BLUE_GREEN, lifecycleHooks: [pause(["PRE_SCALE_UP"])] },
  });
  world.clock.advance(10_000);
  const [{ serviceDeploymentArn, lifecycleHookDetails }] = await world.deployments();
  const { hookId } = lifecycleHookDetails[0];
  await world.call("ContinueServiceDeployment", { serviceDeploymentArn, hookId, action: "ROLLBACK" });
  const [{ status, statusReason }] = await world.deployments();
  assert.deepEqual([status, statusReason], ["ROLLBACK_FAILED", "No rollback candidate was found to run the rollback."]);
});
