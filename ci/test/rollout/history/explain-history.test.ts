import assert from "node:assert/strict";
import { test } from "node:test";
import { explainHistory } from "../../../lib/rollout/history/explain-history.js";
import { readHistory } from "../../../lib/rollout/history/read-history.js";
import { run } from "../../../lib/rollout/run.js";
import { directAws } from "../../support/direct-aws.js";
import { Fault } from "../../support/fake-aws.js";
import { release, revisionArn, type Story, scriptedEcs, target } from "../../support/scripted-ecs.js";
import { crashLoop } from "../../support/stories.js";
import { virtualClock } from "../../support/virtual-clock.js";

function scene(story: Story = []) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock, story);
  const fake = directAws(script);
  return { world, fake, session: { aws: fake.aws, target, clock, progress: () => {} } };
}

test("a failed deployment has the cause that its stopped tasks show, while ECS returns them", async () => {
  const { session, world } = scene(crashLoop("old-id"));
  await run({ ...session, release });
  const [failed, first] = await explainHistory(session, await readHistory(session, 10));
  assert.equal(failed?.why?.cause, "container-exits");
  assert.ok(failed.why.fix);
  assert.equal(first?.why, undefined);
  world.tasks = [];
  world.service.events = [];
  const [later] = await explainHistory(session, await readHistory(session, 10));
  assert.deepEqual(later?.why, { title: later?.deployment?.statusReason, evidence: [] });
});

test("the reason for which Slipway stopped a rollout is kept on its revision", async () => {
  const { session, world } = scene(crashLoop("old-id"));
  await run({ ...session, release });
  world.tasks = [];
  world.service.events = [];
  world.taskDefinitions.get(revisionArn(8))?.tags.push({ key: "slipway:stopped", value: "2 tasks can't start" });
  const [failed] = await explainHistory(session, await readHistory(session, 10));
  assert.equal(failed?.why?.title, "2 tasks can't start");
});

test("events of other deployments explain nothing", async () => {
  const { session, world } = scene(crashLoop("old-id"));
  await run({ ...session, release });
  world.tasks = [];
  const message = "(service app) was unable to place a task because no container instance met its requirements.";
  world.service.events = [{ id: "later", createdAt: world.now() + 3600, message }];
  const [failed] = await explainHistory(session, await readHistory(session, 10));
  assert.equal(failed?.why?.cause, undefined);
});

test("without failures nothing more is read, and without permission the reason of ECS remains", async () => {
  const good = scene();
  const records = await readHistory(good.session, 10);
  const calls = good.fake.calls.length;
  assert.deepEqual(await explainHistory(good.session, records), records);
  assert.equal(good.fake.calls.length, calls);

  const { session, fake } = scene(crashLoop("old-id"));
  await run({ ...session, release });
  const failed = await readHistory(session, 1);
  fake.script.ListTasks = fake.script.DescribeServices = () => new Fault("AccessDeniedException", "no");
  const [explained] = await explainHistory(session, failed);
  assert.equal(explained?.why?.title, failed[0]?.deployment?.statusReason);
});

test("the run id of a deploy is kept on its revision, where that has room for it", async () => {
  const { session, world } = scene(crashLoop("old-id"));
  await run({ ...session, release, runId: "16239012345" });
  const [deployed] = await readHistory(session, 1);
  assert.equal(deployed?.runId, "16239012345");
  const full = scene(crashLoop("old-id"));
  const tags = Array.from({ length: 40 }, (_, n) => ({ key: `cost-${n}`, value: "x" }));
  full.world.taskDefinitions.get(revisionArn(7))?.tags.push(...tags);
  await run({ ...full.session, release, runId: "16239012345" });
  assert.equal((await readHistory(full.session, 1))[0]?.runId, undefined);
  assert.ok(world.taskDefinitions.has(revisionArn(8)));
});
