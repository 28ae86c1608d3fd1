import assert from "node:assert/strict";
import { test } from "node:test";
import { preDeployScene } from "../../support/deploy-task-scene.js";
import { revisionArn, update } from "../../support/scripted-ecs.js";
import { set } from "../../support/stories.js";

test("another deploy during the task is not overridden", async (t) => {
  const { roll, fake, world } = await preDeployScene(t);
  const run = fake.script.RunTask;
  fake.script.RunTask = (input) => {
    update(world, revisionArn(6));
    return run?.(input) ?? {};
  };
  await assert.rejects(roll(), { code: "superseded", exitCode: 5 });
  assert.equal(fake.sent("UpdateService").length, 0);
});

test("another deployment of the running revision during the task is not overridden, and the next call continues", async (t) => {
  const { roll, fake, world, runs } = await preDeployScene(t);
  const run = fake.script.RunTask;
  fake.script.RunTask = (input) => {
    update(world, revisionArn(7));
    fake.script.RunTask = run as NonNullable<typeof run>;
    return run?.(input) ?? {};
  };
  await assert.rejects(roll(), { code: "deployment-in-flight", exitCode: 2 });
  assert.equal(fake.sent("UpdateService").length, 0);
  set(world.serviceDeployments[0], { status: "SUCCESSFUL" });
  set(world.service.deployments[0], { rolloutState: "COMPLETED" });
  world.service.deployments.pop();
  assert.equal((await roll({ timeoutMs: 60_000 })).changed, true);
  assert.equal(fake.sent("UpdateService").length, 1);
  assert.equal(runs.length, 1);
});
