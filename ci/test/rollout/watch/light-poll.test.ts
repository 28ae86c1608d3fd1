import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../support/fake-aws.js";
import { observerScene } from "../../support/observer-scene.js";
import { addTask, newDigest, revisionArn, update } from "../../support/scripted-ecs.js";
import { subject } from "../../support/snapshots.js";
import { set } from "../../support/stories.js";

test("while the tasks start, every other poll is one call for our service deployment, and the rest is reused", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  update(world, revisionArn(8));
  let seen = await look(subject);
  const polled: string[][] = [];
  for (let n = 0; n < 4; n++) {
    await clock.sleep(2_000);
    fake.calls.length = 0;
    const { service } = seen.snapshot;
    seen = await look(seen.subject, seen.snapshot);
    polled.push(fake.calls.map(({ operation }) => operation));
    assert.equal(seen.snapshot.at, clock.now());
    assert.deepEqual(seen.snapshot.service, service);
  }
  assert.deepEqual(polled, [
    ["DescribeServiceDeployments"],
    ["DescribeServices"],
    ["DescribeServiceDeployments"],
    ["DescribeServices"],
  ]);
});

test("while a pause may begin, two polls of three are light, and each reads our service deployment", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  const lifecycleHooks = [{ targetType: "PAUSE", lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"] }];
  set(world.service, { deploymentConfiguration: { lifecycleHooks } });
  update(world, revisionArn(8));
  set(world.serviceDeployments[0], { lifecycleStage: "TEST_TRAFFIC_SHIFT" });
  let seen = await look(subject);
  const polled: string[][] = [];
  for (let n = 0; n < 6; n++) {
    await clock.sleep(4_000);
    fake.calls.length = 0;
    seen = await look(seen.subject, seen.snapshot);
    polled.push(fake.calls.map(({ operation }) => operation));
  }
  const light = ["DescribeServiceDeployments"];
  const full = ["DescribeServices", "DescribeServiceDeployments"];
  assert.deepEqual(polled, [light, light, full, light, light, full]);
});

test("a light poll that observes a changed service deployment becomes a full poll at once", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  update(world, revisionArn(8));
  const seen = await look(subject);
  await clock.sleep(2_000);
  set(world.serviceDeployments[0], { status: "STOPPED", statusReason: "Service deployment stopped by user." });
  fake.calls.length = 0;
  const { snapshot } = await look(seen.subject, seen.snapshot);
  assert.equal(snapshot.ours?.status, "STOPPED");
  assert.equal(snapshot.isLightPoll, undefined);
  const polled = fake.calls.map(({ operation }) => operation);
  assert.deepEqual(polled.slice(0, 2), ["DescribeServiceDeployments", "DescribeServices"]);
  assert.equal(polled.filter((operation) => operation === "DescribeServiceDeployments").length, 1);
});

test("light polls run until the old tasks leave, stop while they leave, and run again afterwards", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  update(world, revisionArn(8));
  addTask(world, "b1", revisionArn(8), newDigest);
  set(world.service.deployments[0], { runningCount: 1 });
  const staying = await look(subject);
  await clock.sleep(2_000);
  assert.equal((await look(staying.subject, staying.snapshot)).snapshot.isLightPoll, true);
  const tasks = staying.snapshot.tasks.map((task) => ({ ...task, desiredStatus: "STOPPED" }));
  fake.calls.length = 0;
  const leaving = await look(staying.subject, { ...staying.snapshot, tasks });
  assert.equal(leaving.snapshot.isLightPoll, undefined);
  assert.equal(fake.calls[0]?.operation, "DescribeServices");
  const own = staying.snapshot.tasks.filter((task) => task.taskDefinition === revisionArn(8));
  const left = tasks.filter((task) => !own.some(({ arn }) => arn === task.arn));
  const gone = [...own, ...left.map((task) => ({ ...task, lastStatus: "STOPPED" }))];
  assert.equal((await look(staying.subject, { ...leaving.snapshot, tasks: gone })).snapshot.isLightPoll, true);
});

test("until ECS lists our service deployment, every other poll only looks for it", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  world.listLag = 9;
  update(world, revisionArn(8));
  let seen = await look(subject);
  const polled: string[][] = [];
  for (let n = 0; n < 5; n++) {
    await clock.sleep(2_000);
    fake.calls.length = 0;
    seen = await look(seen.subject, seen.snapshot);
    polled.push(fake.calls.map(({ operation }) => operation));
  }
  assert.deepEqual(polled, [
    ["ListServiceDeployments"],
    ["DescribeServices"],
    ["ListServiceDeployments"],
    ["DescribeServices"],
    ["ListServiceDeployments", "DescribeServiceRevisions", "DescribeServiceDeployments", "DescribeServices"],
  ]);
  assert.equal(seen.snapshot.ours?.status, "IN_PROGRESS");
});

test("during a rollback the service is read every 8 s, and our service deployment at each poll", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  update(world, revisionArn(8));
  set(world.serviceDeployments[0], { status: "ROLLBACK_IN_PROGRESS" });
  let seen = await look(subject);
  fake.calls.length = 0;
  for (let n = 0; n < 10; n++) {
    await clock.sleep(2_000);
    seen = await look(seen.subject, seen.snapshot);
  }
  const count = (operation: string) => fake.calls.filter((call) => call.operation === operation).length;
  assert.deepEqual([count("DescribeServices"), count("DescribeServiceDeployments")], [2, 10]);
});

test("where service deployments may not be read, no poll is light", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  update(world, revisionArn(8));
  fake.script.ListServiceDeployments = () => new Fault("AccessDeniedException", "no");
  let seen = await look(subject);
  fake.calls.length = 0;
  for (let n = 0; n < 3; n++) {
    await clock.sleep(2_000);
    seen = await look(seen.subject, seen.snapshot);
  }
  assert.deepEqual(
    fake.calls.map(({ operation }) => operation),
    Array(3).fill("DescribeServices"),
  );
});

test("a light poll that is not permitted becomes a full poll, and later polls read only the list", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  update(world, revisionArn(8));
  const seen = await look(subject);
  fake.script.DescribeServiceDeployments = () => new Fault("AccessDeniedException", "no");
  await clock.sleep(2_000);
  const denied = await look(seen.subject, seen.snapshot);
  assert.equal(denied.subject.listedOnly, "ecs:DescribeServiceDeployments is not permitted");
  assert.equal(denied.subject.classicOnly, undefined);
  assert.equal(denied.snapshot.isLightPoll, undefined);
  await clock.sleep(2_000);
  await look(denied.subject, denied.snapshot);
  assert.equal(fake.sent("DescribeServiceDeployments").length, 2, "what is denied is not called again");
});
