import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { balanced, GREEN, PRODUCTION, pause, TEST, withShifts } from "./shift-service.js";
import { createVirtualEcs, NETWORK, scripted, settle } from "./virtual-ecs.js";

/** Times of deployments with traffic shifts, as users have measured them; those of the local ECS must be within a tenth. */
const within10Percent = (t: TestContext, what: string, ours: number, least: number, most = least) => {
  t.diagnostic(`${what}: ours ${ours} s, recorded ${least === most ? least : `${least}-${most}`} s`);
  assert.ok(ours >= least * 0.9 && ours <= most * 1.1, `${what}: ${ours} s, recorded: ${least}-${most} s`);
};

const STEP = 500;

test("two tasks with a bake time of five minutes, from the PRE_SCALE_UP hook to the last old target", async (t) => {
  let drained = 0;
  const world = await withShifts({
    target: () => ({ health: [{ after: 2_000, state: "healthy" }], drain: 60_000 }),
    // Its second task takes half a minute more to pull.
    behaviour: (task) => {
      const isSecond = task.taskDefinition.revision === 2 && drained++ % 2 === 1;
      return { pull: isSecond ? 33_000 : 5_000 };
    },
  });
  const registered = async () => (await world.imagesBehind(GREEN)).length;
  await world.deploy("good:2", {
    strategy: "BLUE_GREEN",
    bakeTimeInMinutes: 5,
    lifecycleHooks: [pause(["PRE_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"])],
  });
  await world.act("CONTINUE");
  const start = world.clock.now();
  const at = async (isSo: () => Promise<boolean> | boolean) => {
    await world.secondsUntil(isSo, STEP);
    return (world.clock.now() - start) / 1_000;
  };
  within10Percent(t, "first target registered", await at(async () => (await registered()) > 0), 40, 68);
  within10Percent(t, "all targets registered", await at(async () => (await registered()) === 2), 40, 68);
  within10Percent(t, "test rule moved", await at(() => world.served(TEST) === GREEN), 83);
  within10Percent(t, "POST_TEST hook", await at(async () => (await world.hooksAwaiting()).length > 0), 112);
  await world.act("CONTINUE");
  const moved = await at(() => world.served(PRODUCTION) === GREEN);
  within10Percent(t, "production rule moved", moved, 125);
  const removed = await at(world.hasDrained);
  within10Percent(t, "old targets removed", removed, 499);
  within10Percent(t, "old targets removed after the production rule", removed - moved, 374);
});

test("another recording: targets registered, rules moved, and the hook two seconds later", async (t) => {
  const world = await withShifts({
    timing: { testShift: 2_000 },
    target: () => ({ health: [{ after: 24_000, state: "healthy" }] }),
  });
  await world.deploy("good:2", {
    strategy: "BLUE_GREEN",
    bakeTimeInMinutes: 0,
    lifecycleHooks: [pause(["PRE_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"])],
  });
  await world.act("CONTINUE");
  const start = world.clock.now();
  const at = async (isSo: () => Promise<boolean> | boolean) => {
    await world.secondsUntil(isSo, STEP);
    return (world.clock.now() - start) / 1_000;
  };
  within10Percent(t, "registered", await at(async () => (await world.imagesBehind(GREEN)).length === 2), 38);
  within10Percent(t, "rules moved", await at(() => world.served(TEST) === GREEN), 75);
  within10Percent(t, "POST_TEST hook", await at(async () => (await world.hooksAwaiting()).length > 0), 77);
});

test("one task without hooks, test rule and bake time: started after 1.6 s, finished after 93.6 s", async (t) => {
  const world = await withShifts({
    desiredCount: 1,
    testListenerRule: "",
    target: () => ({ health: [{ after: 2_000, state: "healthy" }] }),
  });
  await world.deploy("good:2", { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 });
  await settle(world);
  const { createdAt, startedAt, finishedAt } = await world.newest();
  within10Percent(t, "started", Math.round((startedAt - createdAt) * 10) / 10, 1.6);
  within10Percent(t, "finished", Math.round((finishedAt - createdAt) * 10) / 10, 93.6);
});

test("a Network Load Balancer adds ten minutes to each shift, and to the way back", async () => {
  const [production, tests] = ["1a", "1b"].map(
    (id) => `arn:aws:elasticloadbalancing:us-west-2:123456789012:listener/net/main/0a/${id}`,
  );
  const world = await withShifts({ testListenerRule: tests ?? "", productionListenerRule: production ?? "" });
  const timed = async (from: string, to: string) => {
    await world.secondsUntil(world.isAt(from));
    return world.secondsUntil(world.isAt(to));
  };
  await world.deploy("good:2", { strategy: "BLUE_GREEN", bakeTimeInMinutes: 60 });
  const test = await timed("TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT");
  const shift = await timed("PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME");
  for (const seconds of [test, shift]) assert.ok(seconds >= 600 && seconds <= 660, `${seconds} s`);
  assert.equal(world.served(production ?? ""), GREEN);
  const { serviceDeploymentArn } = await world.newest();
  await world.call("StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" });
  const back = await world.secondsUntil(world.hasEnded);
  assert.ok(back >= 600 && back <= 700, `${back} s`);
});

test("ListServiceDeployments shows a deployment six seconds after UpdateService", async (t) => {
  const world = await withShifts();
  const before = (await world.deployments()).length;
  const taskDefinition = await world.register("good:2");
  await world.call("UpdateService", { service: "web", taskDefinition });
  const seconds = await world.secondsUntil(async () => (await world.deployments()).length > before, STEP);
  within10Percent(t, "listed", seconds, 6);
});

test("tasks lost in the bake time: rolled back, and recovered after 74-106 s", async (t) => {
  const world = await withShifts({
    behaviour: scripted({ lost: { exit: { after: 240_000, code: 1 } } }),
  });
  await world.deploy("lost:1", {
    strategy: "BLUE_GREEN",
    bakeTimeInMinutes: 10,
    deploymentCircuitBreaker: { enable: true, rollback: true, thresholdConfiguration: { type: "COUNT", value: 2 } },
  });
  await world.secondsUntil(world.isAt("BAKE_TIME"));
  await world.secondsUntil(async () => (await world.newest()).targetServiceRevision.runningTaskCount < 2, STEP);
  const seconds = await world.secondsUntil(world.hasEnded, STEP);
  assert.equal((await world.newest()).status, "ROLLBACK_SUCCESSFUL");
  within10Percent(t, "recovered", seconds, 74, 106);
});

test("a first deployment that is rolled back after its test traffic has shifted fails after 82 s", async (t) => {
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
    deploymentConfiguration: {
      strategy: "BLUE_GREEN",
      bakeTimeInMinutes: 5,
      lifecycleHooks: [pause(["POST_TEST_TRAFFIC_SHIFT"])],
    },
  });
  const waiting = async () => (await world.deployments())[0]?.lifecycleHookDetails?.[0]?.hookId;
  while ((await waiting()) === undefined) world.clock.advance(STEP);
  const [{ serviceDeploymentArn }] = await world.deployments();
  await world.call("ContinueServiceDeployment", { serviceDeploymentArn, hookId: await waiting(), action: "ROLLBACK" });
  const [{ status, createdAt, finishedAt }] = await world.deployments();
  assert.equal(status, "ROLLBACK_FAILED");
  within10Percent(t, "failed", Math.round((finishedAt - createdAt) * 10) / 10, 82);
});
