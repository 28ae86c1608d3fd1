import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../lib/aws/raw-task-definition.js";
import { Fault } from "../../support/fake-aws.js";
import { observerScene } from "../../support/observer-scene.js";
import { addEvent, addTask, newDigest, revisionArn, update, type World } from "../../support/scripted-ecs.js";
import { subject } from "../../support/snapshots.js";
import { set } from "../../support/stories.js";

/** Returns a list in pages of `size`, as AWS does. */
function paged(list: Json[], member: string, size: number, token: unknown): JsonObject {
  const from = Number(token ?? 0);
  const nextToken = from + size < list.length ? { nextToken: String(from + size) } : {};
  return { [member]: list.slice(from, from + size), ...nextToken };
}

test("more than a hundred tasks are paged and described in batches", async (t) => {
  const { world, fake, look } = await observerScene(t);
  for (let n = 0; n < 250; n++) addTask(world, `b${n}x`, revisionArn(8), newDigest);
  const arns = world.tasks.map((task) => String(task.taskArn));
  fake.script.ListTasks = (input) =>
    input.desiredStatus === "RUNNING" ? paged(arns, "taskArns", 100, input.nextToken) : { taskArns: [] };
  const { snapshot } = await look(subject);
  assert.equal(snapshot.tasks.length, 251);
  assert.deepEqual(
    fake.sent("DescribeTasks").map((input) => (input.tasks as string[]).length),
    [100, 100, 51],
  );
});

test("more than a hundred tasks are read at most once in a second for each page, except at the end", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  update(world, revisionArn(8));
  for (let n = 0; n < 250; n++) addTask(world, `b${n}x`, revisionArn(8), newDigest);
  let seen = await look(subject);
  const reads = async (after: number) => {
    await clock.sleep(after);
    set(world.service, { runningCount: Number(world.service.runningCount) + 1 });
    const before = fake.sent("DescribeTasks").length;
    // Every other poll is a light poll.
    do seen = await look(seen.subject, seen.snapshot);
    while (seen.snapshot.isLightPoll);
    return fake.sent("DescribeTasks").length > before;
  };
  assert.deepEqual([await reads(2000), await reads(900), await reads(200)], [false, false, true]);
  for (const one of world.service.deployments as JsonObject[]) set(one, { rolloutState: "COMPLETED" });
  assert.equal(await reads(100), true);
});

test("our service deployment is found after those of others, on a later page", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  const registeredAt = clock.now();
  update(world, revisionArn(8));
  for (let n = 0; n < 3; n++) update(world, revisionArn(7));
  const listed = fake.script.ListServiceDeployments?.({}) as { serviceDeployments: Json[] };
  fake.script.ListServiceDeployments = (input) =>
    paged(listed.serviceDeployments, "serviceDeployments", 2, input.nextToken);
  const { snapshot } = await look({ ...subject, registeredAt });
  assert.match(String(snapshot.ours?.arn), /sd2$/);
});

test("the list is not read beyond deployments older than our revision", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  await clock.sleep(10_000);
  const registeredAt = clock.now();
  update(world, revisionArn(8));
  const listed = fake.script.ListServiceDeployments?.({}) as JsonObject;
  fake.script.ListServiceDeployments = () => ({ ...listed, nextToken: "more" });
  const { snapshot } = await look({ ...subject, registeredAt });
  assert.match(String(snapshot.ours?.arn), /sd2$/);
  assert.equal(fake.sent("ListServiceDeployments").length, 1);
});

test("of two service deployments of our revision the earliest is ours", async (t) => {
  const { clock, world, look } = await observerScene(t);
  update(world, revisionArn(8));
  await clock.sleep(5_000);
  update(world, revisionArn(8));
  const { snapshot } = await look(subject);
  assert.match(String(snapshot.ours?.arn), /sd2$/);
});

test("a revision is read once", async (t) => {
  const { fake, look } = await observerScene(t);
  const first = await look(subject);
  await look(first.subject, first.snapshot);
  assert.equal(fake.sent("ListServiceDeployments").length, 2);
  assert.equal(fake.sent("DescribeServiceRevisions").length, 1);
});

test("tasks are not read again while nothing changes, and again after a minute", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  update(world, revisionArn(8));
  addTask(world, "b1", revisionArn(8), newDigest);
  set(world.service.deployments[0], { runningCount: 1 });
  let seen = await look(subject);
  const calls = () => fake.sent("ListTasks").length;
  const before = calls();
  await clock.sleep(5_000);
  seen = await look(seen.subject, seen.snapshot);
  assert.equal(calls(), before);
  await clock.sleep(55_000);
  await look(seen.subject, seen.snapshot);
  assert.equal(calls(), before + 2);
});

test("a task that moves from one list to the other while both are read is still observed", async (t) => {
  const { fake, look } = await observerScene(t);
  const first = await look(subject);
  fake.script.ListTasks = () => ({ taskArns: [] });
  const { snapshot } = await look(first.subject, { ...first.snapshot, tasksAt: 0 });
  assert.deepEqual(snapshot.tasks, first.snapshot.tasks);
  assert.equal(fake.sent("ListTasks").length, 4);
});

/** Polls after a change of the service, and returns the calls about tasks and our service deployment. */
async function callsAfter(t: Parameters<typeof observerScene>[0], change: (world: World) => void, after = 2_000) {
  const { clock, world, fake, look } = await observerScene(t);
  update(world, revisionArn(8));
  addTask(world, "b1", revisionArn(8), newDigest);
  let seen = await look(subject);
  await clock.sleep(after);
  change(world);
  fake.calls.length = 0;
  do seen = await look(seen.subject, seen.snapshot);
  while (seen.snapshot.isLightPoll);
  const about = fake.calls.filter(({ operation }) => /Tasks$/.test(operation));
  return about.map(({ operation }) => operation);
}

test("tasks are described without the lists unless a new one may be there", async (t) => {
  const lists = ["DescribeTasks", "ListTasks", "ListTasks"];
  const running = { runningCount: 1 };
  const cases: [string, (world: World) => void, string[]][] = [
    ["nothing", () => {}, []],
    ["a count that the known tasks explain", (world) => set(world.service.deployments[0], running), ["DescribeTasks"]],
    ["an event", (world) => addEvent(world, "e2", "registered 1 targets in (target-group a)"), ["DescribeTasks"]],
    ["a started task", (world) => addEvent(world, "e2", "has started 1 tasks: (task b2)."), lists],
    ["more tasks than known", (world) => set(world.service.deployments[0], { pendingCount: 2 }), lists],
    ["a failure", (world) => set(world.service.deployments[0], { failedTasks: 1 }), lists],
    ["the end", (world) => set(world.service.deployments[0], { rolloutState: "COMPLETED" }), lists],
  ];
  for (const [what, change, calls] of cases) assert.deepEqual((await callsAfter(t, change)).sort(), calls, what);
  const later = await callsAfter(t, (world) => set(world.service.deployments[0], running), 61_000);
  assert.deepEqual(later.sort(), lists, "a minute");
});

test("the states of leaving tasks are read every 4 s", async (t) => {
  const leaves = (world: World) => set(world.tasks[0], { desiredStatus: "STOPPED", lastStatus: "STOPPING" });
  const { clock, world, fake, look } = await observerScene(t);
  update(world, revisionArn(8));
  addTask(world, "b1", revisionArn(8), newDigest);
  leaves(world);
  let seen = await look(subject);
  const reads: number[] = [];
  for (let n = 0; n < 3; n++) {
    await clock.sleep(3_000);
    const before = fake.sent("DescribeTasks").length;
    seen = await look(seen.subject, seen.snapshot);
    reads.push(fake.sent("DescribeTasks").length - before);
  }
  assert.deepEqual(reads, [0, 1, 0]);
});

test("a task that has STOPPED is described once, and stays in every observation while ECS lists it", async (t) => {
  const { clock, world, fake, look } = await observerScene(t);
  update(world, revisionArn(8));
  addTask(world, "b1", revisionArn(8), newDigest, { desiredStatus: "STOPPED", lastStatus: "STOPPED" });
  addTask(world, "b2", revisionArn(8), newDigest, { desiredStatus: "STOPPED", lastStatus: "DEPROVISIONING" });
  let seen = await look(subject);
  for (let n = 0; n < 2; n++) {
    await clock.sleep(61_000);
    seen = await look(seen.subject, { ...seen.snapshot, tasksAt: 0 });
    if (seen.snapshot.isLightPoll) seen = await look(seen.subject, { ...seen.snapshot, tasksAt: 0 });
  }
  assert.equal(seen.snapshot.tasks.length, 3);
  const ids = fake.sent("DescribeTasks").map((input) => (input.tasks as string[]).map((arn) => arn.split("/").at(-1)));
  assert.deepEqual(
    ids.map((one) => one.map((id) => id?.slice(0, 2))),
    [
      ["a0", "b1", "b2"],
      ["a0", "b2"],
      ["a0", "b2"],
    ],
  );
});

for (const [code, answer] of [
  ["no cluster", () => new Fault("ClusterNotFoundException", "Cluster not found.")],
  ["no service", () => ({ services: [] })],
] as const) {
  test(`${code} any more is a deleted service, once it has been observed; before, it is an error`, async (t) => {
    const { world, fake, look } = await observerScene(t);
    update(world, revisionArn(8));
    set(world.service.deployments[0], { runningCount: 1 });
    const { snapshot, subject: known } = await look(subject);
    fake.script.DescribeServices = answer;
    const after = await look(known, { ...snapshot, isLightPoll: true });
    assert.match(after.snapshot.service.notFound ?? "", /^ECS does not know (cluster|service) .* any more\.$/);
    assert.deepEqual(after.snapshot.tasks, snapshot.tasks);
    await assert.rejects(look(known), { code: code.replace(" ", "-") });
  });
}

test("without the newer permissions the subject names the missing one, and it is not called again", async (t) => {
  const { fake, look } = await observerScene(t);
  fake.script.DescribeServiceRevisions = () => new Fault("AccessDeniedException", "no");
  const { subject: learnt, snapshot } = await look(subject);
  assert.equal(learnt.classicOnly, "ecs:DescribeServiceRevisions is not permitted");
  await look(learnt, snapshot);
  assert.equal(fake.sent("ListServiceDeployments").length, 1);
});
