import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../support/fake-aws.js";
import { names, pruneScene } from "../../support/prune-scene.js";
import { revisionArn } from "../../support/scripted-ecs.js";
import { addRevision } from "../../support/scripted-prune.js";
import { set } from "../../support/stories.js";

test("unused revisions are deregistered, the oldest first", async (t) => {
  const { keep, deregistered } = await pruneScene(t);
  const report = await keep();
  assert.deepEqual(report.deregistered, names(1, 2, 3, 4, 5, 6, 8));
  assert.deepEqual(deregistered(), report.deregistered);
  assert.equal(report.refused, undefined);
});

test("the newest N revisions are kept", async (t) => {
  const { keep } = await pruneScene(t);
  assert.deepEqual((await keep(5)).deregistered, names(1, 2, 3, 4));
  const { keep: all } = await pruneScene(t);
  assert.deepEqual((await all(9)).deregistered, []);
});

test("the revision that serves is never deregistered, and neither is one that is newer", async (t) => {
  const { keep, world } = await pruneScene(t);
  set(world.service, { taskDefinition: revisionArn(4) });
  set(world.service.deployments[0], { taskDefinition: revisionArn(4) });
  assert.deepEqual((await keep()).deregistered, names(1, 2, 3));
});

test("the rollback target is kept", async (t) => {
  const { keep } = await pruneScene(t);
  assert.deepEqual((await keep()).inUse, [{ revision: "service:7", by: "a rollback would roll back to it" }]);
});

test("another family's revisions are not touched", async (t) => {
  const { keep, world } = await pruneScene(t);
  for (const revision of [1, 2]) addRevision(world, revision, "service-worker");
  assert.deepEqual((await keep(9)).deregistered, []);
});

test("at most one revision a second is deregistered, with bursts of ten and a hundred per deploy", async (t) => {
  const { keep, world, fake, clock, deregistered } = await pruneScene(t);
  for (let revision = 10; revision <= 130; revision++) addRevision(world, revision);
  for (const one of [world.service, world.service.deployments[0]]) set(one, { taskDefinition: revisionArn(130) });
  const times: number[] = [];
  const handle = fake.script.DeregisterTaskDefinition;
  fake.script.DeregisterTaskDefinition = (input) => {
    times.push(clock.now());
    return handle?.(input) ?? {};
  };
  const report = await keep(3);
  assert.equal(deregistered().length, 100);
  assert.equal(report.left, 26);
  times.forEach((time, index) => {
    const before = times[index - 10];
    assert.ok(before === undefined || time - before >= 10_000, `number ${index}`);
  });
});

test("a throttled call is sent again, and a refused one stops the pruning, with a report of the work done", async (t) => {
  const { keep, fake } = await pruneScene(t);
  const handle = fake.script.DeregisterTaskDefinition;
  let calls = 0;
  fake.script.DeregisterTaskDefinition = (input) => {
    calls += 1;
    if (calls === 1) return new Fault("ThrottlingException", "Rate exceeded");
    if (calls === 4) return new Fault("AccessDeniedException", "no");
    return handle?.(input) ?? {};
  };
  const report = await keep();
  assert.deepEqual(report.deregistered, names(1, 2));
  assert.match(String(report.refused), /may not perform ecs:DeregisterTaskDefinition/);
});
