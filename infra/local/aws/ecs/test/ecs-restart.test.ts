import assert from "node:assert/strict";
import { test } from "node:test";
import { scripted, settle, update, withService } from "./virtual-ecs.js";

test("a rollout that a restart interrupts goes on and completes", async () => {
  const world = await withService({ service: { desiredCount: 3 } });
  const next = await update(world, "good:2");
  for (const pause of [47_000, 5_000, 10_000, 30_000, 20_000]) {
    world.clock.advance(pause);
    await world.restart();
  }
  await settle(world);
  const tasks = await world.tasks({ serviceName: "web" });
  assert.deepEqual(
    tasks.map((task) => task.taskDefinitionArn),
    [next, next, next],
  );
  assert.equal(world.runtime.running().length, 3);
});

test("a rollback that a restart interrupts goes on and completes", async () => {
  const world = await withService({ behaviour: scripted({ crash: { exit: { after: 11_000, code: 1 } } }) });
  await update(world, "crash:1");
  world.clock.advance(130_000);
  await world.restart();
  await settle(world);
  await world.restart();
  assert.equal((await world.deployments())[0].status, "ROLLBACK_SUCCESSFUL");
  assert.equal((await world.service()).deployments[0].taskDefinition, world.first);
});

test("tasks that ended before the restart are reported as stopped after it, and replaced", async () => {
  const world = await withService();
  const [task] = await world.tasks();
  await world.runtime.close({ remove: true });
  await world.restart();
  world.clock.advance(120_000);
  const [now] = await world.tasks();
  assert.notEqual(now.taskArn, task.taskArn);
  assert.equal((await world.service()).runningCount, 1);
});
