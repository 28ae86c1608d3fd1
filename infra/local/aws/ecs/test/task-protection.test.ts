import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, update, withService } from "./virtual-ecs.js";

async function protectedTask(minutes = 30, desiredCount = 1) {
  const world = await withService({ service: { desiredCount } });
  const tasks = (await world.tasks()).map(({ taskArn }) => taskArn);
  const protect = (protectionEnabled: boolean) =>
    world.call("UpdateTaskProtection", { cluster: "default", tasks, protectionEnabled, expiresInMinutes: minutes });
  return { world, tasks, protect };
}

test("a deployment leaves a protected task running until its protection ends, and does not complete before", async () => {
  const { world, tasks, protect } = await protectedTask();
  const { protectedTasks } = await protect(true);
  assert.deepEqual(protectedTasks, [
    { taskArn: tasks[0], protectionEnabled: true, expirationDate: world.clock.now() / 1_000 + 1_800 },
  ]);
  await update(world, "good:2");
  world.clock.advance(1_700_000);
  assert.equal((await world.deployments())[0].status, "IN_PROGRESS");
  assert.deepEqual(
    (await world.service()).deployments.map(({ runningCount }: { runningCount: number }) => runningCount),
    [1, 1],
  );
  world.clock.advance(300_000);
  assert.equal((await world.deployments())[0].status, "SUCCESSFUL");
});

test("a deployment goes on at once when protection is removed", async () => {
  const { world, protect } = await protectedTask();
  await protect(true);
  await update(world, "good:2");
  world.clock.advance(300_000);
  await protect(false);
  world.clock.advance(60_000);
  assert.equal((await world.deployments())[0].status, "SUCCESSFUL");
  const { protectedTasks } = await world.call("GetTaskProtection", { cluster: "default" });
  assert.deepEqual(
    protectedTasks.map((each: { protectionEnabled: boolean }) => each.protectionEnabled),
    [false],
  );
});

test("a service that can't scale in because of protected tasks adds one event", async () => {
  const { world, protect } = await protectedTask(30, 3);
  await protect(true);
  await world.call("UpdateService", { service: "web", desiredCount: 1 });
  world.clock.advance(600_000);
  assert.equal((await world.service()).runningCount, 3);
  const reported = (await messages(world)).filter((each) => each.includes("was unable to scale in. Reason:"));
  assert.deepEqual(reported, [
    "(service web) was unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks.",
  ]);
  world.clock.advance(1_800_000);
  assert.equal((await world.service()).runningCount, 1);
});

test("tasks that are unknown or stand-alone can't be protected, and none longer than two days", async () => {
  const { world } = await protectedTask();
  const call = (more: object) =>
    world.call("UpdateTaskProtection", {
      cluster: "default",
      tasks: ["0".repeat(32)],
      protectionEnabled: true,
      ...more,
    });
  assert.equal((await call({})).failures[0].reason, "MISSING");
  await assert.rejects(call({ expiresInMinutes: 2_881 }), /between 1 and 2880/);
  await assert.rejects(call({ tasks: [] }), /Between 1 and 10/);
});
