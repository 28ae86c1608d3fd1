import assert from "node:assert/strict";
import { test } from "node:test";
import { BLUE, balanced, GREEN, PRODUCTION, pause, STAGES, TEST, withShifts } from "./shift-service.js";
import { settle, update } from "./virtual-ecs.js";

const BLUE_GREEN = { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 };
const PAUSED = STAGES.filter((stage) => /^(PRE|POST)_/.test(stage));

test("the first deployment registers with the target group that production traffic reaches", async () => {
  const world = await withShifts();
  const { status, lifecycleStage } = await world.newest();
  assert.deepEqual([status, lifecycleStage], ["SUCCESSFUL", "CLEAN_UP"]);
  assert.deepEqual(await world.imagesBehind(BLUE), ["good:1", "good:1"]);
  assert.deepEqual([world.served(PRODUCTION), world.served(TEST)], [BLUE, BLUE]);
  assert.deepEqual(await world.weights(), [[100, 100]]);
});

test("a deployment passes its stages in order, with a new hook at each stage that takes PAUSE", async () => {
  const world = await withShifts();
  await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: [pause(PAUSED)] });
  const stages: string[] = [];
  const hooks = new Set<string>();
  while (!(await world.hasEnded())) {
    const { lifecycleStage, status } = await world.newest();
    if (stages.at(-1) !== lifecycleStage) stages.push(lifecycleStage);
    assert.equal(status, "IN_PROGRESS");
    if ((await world.hooksAwaiting()).length > 0) hooks.add(await world.act("CONTINUE"));
    else world.clock.advance(500);
  }
  assert.deepEqual(stages, STAGES);
  assert.equal(hooks.size, PAUSED.length);
  assert.equal((await world.newest()).status, "SUCCESSFUL");
});

test("weights, counts, rules and target groups change stage by stage", async () => {
  const world = await withShifts();
  await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: [pause(PAUSED)] });
  const seen: Record<string, unknown> = {};
  for (const stage of PAUSED) {
    await world.secondsUntil(async () => (await world.hooksAwaiting()).length > 0);
    const { lifecycleStage } = await world.newest();
    const { counts, weights } = { counts: await world.counts(), weights: await world.weights() };
    seen[lifecycleStage] = { counts, weights, served: [world.served(TEST), world.served(PRODUCTION)] };
    assert.equal(lifecycleStage, stage);
    await world.act("CONTINUE");
  }
  const both = [
    [2, 2],
    [2, 2],
  ];
  const beforeTest = [
    [0, 0],
    [100, 100],
  ];
  const afterTest = [
    [100, 0],
    [0, 100],
  ];
  assert.deepEqual(seen, {
    PRE_SCALE_UP: {
      counts: [
        [0, 0],
        [2, 2],
      ],
      weights: beforeTest,
      served: [BLUE, BLUE],
    },
    POST_SCALE_UP: { counts: both, weights: beforeTest, served: [BLUE, BLUE] },
    POST_TEST_TRAFFIC_SHIFT: { counts: both, weights: afterTest, served: [GREEN, BLUE] },
    PRE_PRODUCTION_TRAFFIC_SHIFT: { counts: both, weights: afterTest, served: [GREEN, BLUE] },
    POST_PRODUCTION_TRAFFIC_SHIFT: {
      counts: both,
      weights: [
        [100, 100],
        [0, 0],
      ],
      served: [GREEN, GREEN],
    },
  });
  assert.deepEqual(
    [await world.imagesBehind(BLUE), await world.imagesBehind(GREEN)],
    [
      ["good:1", "good:1"],
      ["good:2", "good:2"],
    ],
  );
});

test("the old deployment stays ACTIVE until CLEAN_UP is over; then the new one is COMPLETED", async () => {
  const world = await withShifts();
  await world.deploy("good:2", BLUE_GREEN);
  const listed = async () =>
    (await world.service()).deployments.map((each: { status: string; rolloutState: string }) => [
      each.status,
      each.rolloutState,
    ]);
  await world.secondsUntil(world.isAt("CLEAN_UP"));
  assert.deepEqual(await listed(), [
    ["PRIMARY", "IN_PROGRESS"],
    ["ACTIVE", "COMPLETED"],
  ]);
  await world.secondsUntil(world.hasEnded);
  assert.deepEqual(await listed(), [["PRIMARY", "COMPLETED"]]);
  assert.equal((await world.service()).runningCount, 2);
});

test("each deployment takes the target group that the production rule does not use", async () => {
  const world = await withShifts();
  for (const [image, group] of [
    ["good:2", GREEN],
    ["good:3", BLUE],
  ] as const) {
    await world.deploy(image, { ...BLUE_GREEN, bakeTimeInMinutes: 0 });
    await settle(world);
    assert.deepEqual(await world.imagesBehind(group), [image, image]);
    assert.deepEqual([world.served(PRODUCTION), world.served(TEST)], [group, group]);
    const { serviceRevisions } = await world.call("DescribeServiceRevisions", {
      serviceRevisionArns: [(await world.newest()).targetServiceRevision.arn],
    });
    assert.deepEqual(serviceRevisions[0].resolvedConfiguration.loadBalancers, [
      { targetGroupArn: group, productionListenerRule: PRODUCTION },
    ]);
  }
  assert.equal((await world.service()).loadBalancers[0].targetGroupArn, BLUE);
});

test("a rule that was put back before a deploy leads both revisions into one target group, and ECS reports success", async () => {
  const world = await withShifts();
  await world.deploy("good:2", { ...BLUE_GREEN, bakeTimeInMinutes: 0 });
  await settle(world);
  const rule = world.listenerRules().find(({ arn }) => arn === PRODUCTION);
  assert.ok(rule);
  world.changeListenerRule(rule, [{ targetGroupArn: BLUE, weight: 1 }]);
  await world.deploy("good:3", { ...BLUE_GREEN, lifecycleHooks: [pause(["POST_TEST_TRAFFIC_SHIFT"])] });
  await world.secondsUntil(world.isAt("POST_TEST_TRAFFIC_SHIFT"));
  assert.deepEqual([world.served(TEST), world.served(PRODUCTION)], [GREEN, BLUE]);
  assert.deepEqual(await world.imagesBehind(BLUE), []);
  assert.deepEqual(await world.imagesBehind(GREEN), ["good:2", "good:2", "good:3", "good:3"]);
  await world.act("CONTINUE");
  await settle(world);
  assert.equal((await world.newest()).status, "SUCCESSFUL");
});

test("two target groups with production traffic are an invalid networking configuration", async () => {
  const world = await withShifts();
  const rule = world.listenerRules().find(({ arn }) => arn === PRODUCTION);
  assert.ok(rule);
  world.changeListenerRule(
    rule,
    [BLUE, GREEN].map((targetGroupArn) => ({ targetGroupArn, weight: 50 })),
  );
  await world.deploy("good:2", BLUE_GREEN);
  await world.secondsUntil(world.hasEnded);
  const { status, statusReason, rollback } = await world.newest();
  assert.equal(status, "ROLLBACK_SUCCESSFUL");
  assert.match(
    statusReason,
    /^Service deployment rolled back because of invalid networking configuration\. productionListenerRule arn:\S+ should have exactly one target group serving traffic but found 2 target groups/,
  );
  assert.equal(rollback.reason, statusReason);
  assert.deepEqual(await world.imagesBehind(BLUE), ["good:1", "good:1"]);
});

for (const rolling of [false, true]) {
  test(`a deployment that replaces another one in the middle of its shift first reconciles the service${rolling ? ", which was ROLLING before" : ""}`, async () => {
    const world = await withShifts({ rolling });
    const canaryConfiguration = { canaryPercent: 20, canaryBakeTimeInMinutes: 60 };
    await world.deploy("good:2", { strategy: "CANARY", canaryConfiguration }, { loadBalancers: balanced() as never });
    await world.secondsUntil(async () => (await world.weights())[0]?.[1] === 20);
    await world.deploy("good:3", { ...BLUE_GREEN, lifecycleHooks: [pause(["RECONCILE_SERVICE"])] });
    const [newest, replaced] = await world.deployments();
    assert.deepEqual(
      [newest.lifecycleStage, replaced.status, replaced.statusReason],
      ["RECONCILE_SERVICE", "STOPPED", "Replaced by a new service deployment."],
    );
    assert.equal(newest.sourceServiceRevisions.length, 2);
    assert.deepEqual(world.served(PRODUCTION), [80, 20]);
    assert.deepEqual(await world.weights(), [
      [0, 0],
      [100, 20],
      [0, 80],
    ]);
    await world.act("CONTINUE");
    await world.secondsUntil(world.isAt("SCALE_UP"));
    assert.deepEqual(await world.weights(), [
      [0, 0],
      [0, 0],
      [100, 100],
    ]);
    assert.deepEqual([world.served(PRODUCTION), world.served(TEST)], [BLUE, BLUE]);
    assert.deepEqual([await world.imagesBehind(BLUE), await world.imagesBehind(GREEN)], [["good:1", "good:1"], []]);
    await settle(world);
    assert.deepEqual([await world.imagesBehind(BLUE), await world.imagesBehind(GREEN)], [[], ["good:3", "good:3"]]);
    assert.equal((await world.newest()).status, "SUCCESSFUL");
  });
}

for (const stage of ["POST_TEST_TRAFFIC_SHIFT", "PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"]) {
  test(`a ROLLING deployment that replaces a shift at ${stage} first stops the tasks without production traffic`, async () => {
    const world = await withShifts();
    const canaryConfiguration = { canaryPercent: 20, canaryBakeTimeInMinutes: 0 };
    await world.deploy("good:2", { strategy: "CANARY", canaryConfiguration, lifecycleHooks: [pause([stage])] });
    while ((await world.newest()).lifecycleStage !== "BAKE_TIME") {
      await world.secondsUntil(async () => (await world.hooksAwaiting()).length > 0);
      if (stage !== "PRE_PRODUCTION_TRAFFIC_SHIFT" || (await world.weights())[0]?.[1] === 20) break;
      await world.act("CONTINUE");
    }
    const serving = stage === "POST_PRODUCTION_TRAFFIC_SHIFT" ? GREEN : BLUE;
    await world.deploy("good:3", { strategy: "ROLLING", lifecycleHooks: [] });
    await world.secondsUntil(async () => {
      assert.equal((await world.imagesBehind(serving)).length >= 2, true);
      return world.hasEnded();
    });
    assert.equal(world.served(PRODUCTION), serving);
    assert.deepEqual(await world.imagesBehind(serving), ["good:3", "good:3"]);
  });
}

test("a serving task that is lost while the service waits to be reconciled is replaced", async () => {
  const world = await withShifts();
  await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: [pause(["POST_SCALE_UP"])] });
  await world.secondsUntil(async () => (await world.hooksAwaiting()).length > 0);
  await world.deploy("good:3", { ...BLUE_GREEN, lifecycleHooks: [pause(["RECONCILE_SERVICE"])] });
  for (const { taskArn, containers } of await world.tasks({ serviceName: "web" })) {
    if (containers[0].image === "good:1") world.runtime.crash(taskArn, 1);
  }
  world.clock.advance(120_000);
  assert.deepEqual(await world.imagesBehind(BLUE), ["good:1", "good:1"]);
  assert.deepEqual((await world.counts()).at(-1), [2, 2]);
});

test("a lost task is replaced in both revisions, and a service scaled to zero passes all stages", async () => {
  const world = await withShifts();
  await world.deploy("good:2", { ...BLUE_GREEN, lifecycleHooks: [pause(["POST_SCALE_UP"])] });
  await world.secondsUntil(async () => (await world.hooksAwaiting()).length > 0);
  for (const task of await world.tasks({ serviceName: "web" })) world.runtime.crash(task.taskArn, 1);
  world.clock.advance(120_000);
  assert.deepEqual(await world.counts(), [
    [2, 2],
    [2, 2],
  ]);
  await world.call("UpdateService", { service: "web", desiredCount: 0 });
  await world.act("CONTINUE");
  await settle(world);
  assert.equal((await world.newest()).status, "SUCCESSFUL");
});

test("a rolling deployment of a service with rules registers with the target group in use", async () => {
  const world = await withShifts();
  await world.deploy("good:2", { ...BLUE_GREEN, bakeTimeInMinutes: 0 });
  await settle(world);
  await update(world, "good:3", { deploymentConfiguration: { strategy: "ROLLING" } });
  world.clock.advance(6_000);
  await settle(world);
  assert.deepEqual([await world.imagesBehind(GREEN), world.served(PRODUCTION)], [["good:3", "good:3"], GREEN]);
});

test("after a restart the deployment goes on in its stage", async () => {
  const world = await withShifts();
  await world.deploy("good:2", BLUE_GREEN);
  await world.secondsUntil(world.isAt("BAKE_TIME"));
  await world.restart();
  assert.deepEqual([world.served(PRODUCTION), (await world.newest()).lifecycleStage], [GREEN, "BAKE_TIME"]);
  await settle(world);
  assert.deepEqual(await world.imagesBehind(GREEN), ["good:2", "good:2"]);
});

test("without load balancers the stages pass without traffic", async () => {
  const world = await withShifts();
  await world.call("UpdateService", { service: "web", loadBalancers: [], deploymentConfiguration: BLUE_GREEN });
  world.clock.advance(6_000);
  await settle(world);
  assert.equal((await world.newest()).status, "SUCCESSFUL");
});
