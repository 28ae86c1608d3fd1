import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { run } from "../../../lib/rollout/run.js";
import type { RunOptions } from "../../../lib/rollout/run-options.js";
import { Fault, fakeAws, lostResponse } from "../../support/fake-aws.js";
import {
  newDigest,
  release,
  revisionArn,
  type Story,
  scriptedEcs,
  target,
  update,
  type World,
} from "../../support/scripted-ecs.js";
import { crashLoop, set, success } from "../../support/stories.js";
import { virtualClock } from "../../support/virtual-clock.js";

async function scene(t: TestContext, story: Story) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock, story);
  const fake = await fakeAws(script);
  t.after(() => fake.close());
  const base = { aws: fake.aws, target, clock, release, progress: () => {} };
  const roll = (more: Partial<RunOptions> = {}) => run({ ...base, ...more });
  /** Runs a deploy that is killed after it has registered its revision. */
  const killedBetween = async (more: Partial<RunOptions> = {}) => {
    const process = new AbortController();
    const update = fake.script.UpdateService;
    fake.script.UpdateService = () => {
      process.abort(new Error("killed"));
      return lostResponse;
    };
    await assert.rejects(roll({ ...more, signal: process.signal }), /killed/);
    fake.script.UpdateService = update as NonNullable<typeof update>;
  };
  return { clock, world, fake, roll, killedBetween };
}

/** Sets the service to another revision, as a completed deployment of another user does. */
function moveTo(world: World, taskDefinitionArn: string) {
  const { taskDefinition, tags } = world.taskDefinitions.get(revisionArn(7)) ?? assert.fail();
  world.taskDefinitions.set(taskDefinitionArn, { taskDefinition: { ...taskDefinition, taskDefinitionArn }, tags });
  set(world.service, { taskDefinition: taskDefinitionArn });
  set(world.service.deployments[0], { taskDefinition: taskDefinitionArn });
}

test("the same run id returns the verdict of its rollout again and changes nothing", async (t) => {
  const { fake, roll } = await scene(t, crashLoop("old-id"));
  const first = await roll({ runId: "17" });
  const again = await roll({ runId: "17" });
  assert.equal(first.verdict, "rolled-back");
  assert.equal(again.verdict, "rolled-back");
  assert.equal(again.attached, true);
  assert.equal(again.deployment.arn, first.deployment.arn);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("another run id begins a new deploy", async (t) => {
  const { fake, roll } = await scene(t, crashLoop("old-id"));
  await roll({ runId: "17" });
  await roll({ runId: "18" });
  assert.equal(fake.sent("UpdateService").length, 2);
});

test("a revision that a killed call has registered is rolled out, and no second one is made", async (t) => {
  const { fake, roll, killedBetween } = await scene(t, success);
  await killedBetween();
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.taskDefinition, revisionArn(8));
  assert.equal(fake.sent("RegisterTaskDefinition").length, 1);
});

test("a revision that a killed call has registered for another base is not used without a run id", async (t) => {
  const { world, fake, roll, killedBetween } = await scene(t, success);
  await killedBetween();
  moveTo(world, revisionArn(6));
  await roll({ timeoutMs: 30_000 });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 2);
});

test("a revision with the attempt's key and another content is not the attempt's", async (t) => {
  const { world, fake, roll, killedBetween } = await scene(t, success);
  await killedBetween();
  set(world.taskDefinitions.get(revisionArn(8))?.taskDefinition, { cpu: "4096" });
  await roll({ timeoutMs: 30_000 });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 2);
});

test("a run that was replaced before its rollout began is superseded, naming the other deployment", async (t) => {
  const { world, fake, roll, killedBetween } = await scene(t, success);
  await killedBetween({ runId: "17" });
  moveTo(world, revisionArn(5));
  await assert.rejects(roll({ runId: "17" }), { code: "superseded", exitCode: 5 });
  assert.equal(fake.sent("UpdateService").length, 1, "only the one that was lost");
});

test("another revision that is set between register and update is not overridden", async (t) => {
  const { world, fake, roll } = await scene(t, success);
  const register = fake.script.RegisterTaskDefinition;
  fake.script.RegisterTaskDefinition = (input) => {
    const answer = register?.(input) ?? {};
    update(world, revisionArn(6));
    return answer;
  };
  await assert.rejects(roll(), { code: "superseded", exitCode: 5, message: /service:6 by another deployment/ });
  assert.equal(fake.sent("UpdateService").length, 0);
});

test("a concurrent deploy is detected and named", async (t) => {
  const { world, fake, roll } = await scene(t, success);
  const send = fake.script.UpdateService;
  fake.script.UpdateService = (input) => {
    update(world, revisionArn(6));
    return send?.(input) ?? {};
  };
  const report = await roll({ timeoutMs: 200_000 });
  assert.match(String(report.race), /replaced .*service:6, but was made from .*service:7/);
});

test("without a concurrent deploy there is no race", async (t) => {
  const { roll } = await scene(t, success);
  assert.equal((await roll()).race, undefined);
});

test("of two revisions of an attempt the lowest is rolled out", async (t) => {
  const { world, roll, killedBetween } = await scene(t, success);
  await killedBetween();
  const { taskDefinition, tags } = world.taskDefinitions.get(revisionArn(8)) ?? assert.fail();
  const duplicate = { ...taskDefinition, taskDefinitionArn: revisionArn(9) };
  world.taskDefinitions.set(revisionArn(9), { taskDefinition: duplicate, tags });
  assert.equal((await roll()).taskDefinition, revisionArn(8));
});

test("a RegisterTaskDefinition whose response is lost is searched for before it is sent again", async (t) => {
  const { fake, world, roll } = await scene(t, success);
  world.listLag = 6;
  const register = fake.script.RegisterTaskDefinition;
  fake.script.RegisterTaskDefinition = (input) => {
    register?.(input);
    return lostResponse;
  };
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(fake.sent("RegisterTaskDefinition").length, 1);
});

test("a run whose rollouts can't be listed does not guess whether it has begun", async (t) => {
  const { fake, roll, killedBetween } = await scene(t, success);
  fake.script.ListServiceDeployments = () => new Fault("AccessDeniedException", "no");
  await killedBetween({ runId: "17" });
  await assert.rejects(roll({ runId: "17" }), { code: "attempt-unknowable", exitCode: 2 });
});

test("the revision carries the attempt: key, verb, version, digest, base and time", async (t) => {
  const { fake, clock, roll } = await scene(t, success);
  const time = new Date(clock.now()).toISOString();
  await roll({ release: { ...release, commit: "c0ffee" } });
  const tags = fake.sent("RegisterTaskDefinition")[0]?.tags as { key: string; value: string }[];
  const { "slipway:attempt": key, ...rest } = Object.fromEntries(tags.map((one) => [one.key, one.value]));
  assert.match(String(key), /^[0-9a-f]{64}$/);
  assert.equal(rest["slipway:verb"], "deploy");
  assert.equal(rest["slipway:version"], "v1.1.0");
  assert.equal(rest["slipway:digest"], newDigest);
  assert.equal(rest["slipway:base"], revisionArn(7));
  assert.equal(rest["slipway:commit"], "c0ffee");
  assert.equal(rest["slipway:time"], time);
});

test("an empty run id is refused before any call", async (t) => {
  const { fake, roll } = await scene(t, success);
  await assert.rejects(roll({ runId: "" }), { code: "bad-run-id", exitCode: 2 });
  assert.equal(fake.calls.length, 0);
});
