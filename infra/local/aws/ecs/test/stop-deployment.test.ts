import assert from "node:assert/strict";
import { test } from "node:test";
import { secondsToSettle, settle, update, withService } from "./virtual-ecs.js";

async function underWay() {
  const world = await withService();
  await update(world, "good:2");
  world.clock.advance(50_000);
  const [{ serviceDeploymentArn }] = await world.deployments();
  return { world, serviceDeploymentArn };
}

test("a rollout that a user stops with a rollback returns to the previous release", async () => {
  const { world, serviceDeploymentArn } = await underWay();
  assert.deepEqual(await world.call("StopServiceDeployment", { serviceDeploymentArn }), { serviceDeploymentArn });
  assert.equal((await world.deployments())[0].status, "ROLLBACK_REQUESTED");
  await settle(world);
  const [record] = await world.deployments();
  assert.deepEqual(
    [record.status, record.statusReason],
    ["ROLLBACK_SUCCESSFUL", "Service deployment rolled back by user."],
  );
  assert.equal((await world.service()).taskDefinition, world.first);
});

test("a rollout that a user aborts stays as it is", async () => {
  const { world, serviceDeploymentArn } = await underWay();
  await world.call("StopServiceDeployment", { serviceDeploymentArn, stopType: "ABORT" });
  assert.equal((await world.deployments())[0].status, "STOP_REQUESTED");
  world.clock.advance(600_000);
  const [record] = await world.deployments();
  assert.equal(record.status, "STOPPED");
  assert.ok(record.stoppedAt > record.createdAt);
  assert.equal((await world.service()).deployments.length, 2);
});

test("a second request to stop changes nothing, neither the status nor the time of its effect", async () => {
  for (const stopType of ["ABORT", "ROLLBACK"]) {
    const { world, serviceDeploymentArn } = await underWay();
    await world.call("StopServiceDeployment", { serviceDeploymentArn, stopType });
    const { status } = (await world.deployments())[0];
    for (let i = 0; i < 4; i++) {
      assert.equal((await world.deployments())[0].status, status);
      await world.call("StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" });
      world.clock.advance(900);
    }
    const stopped = (await world.deployments())[0].status;
    assert.equal(stopped, stopType === "ABORT" ? "STOPPED" : "ROLLBACK_IN_PROGRESS");
    if (stopType === "ABORT") continue;
    await world.call("StopServiceDeployment", { serviceDeploymentArn });
    await settle(world);
    assert.equal((await world.deployments())[0].status, "ROLLBACK_SUCCESSFUL");
  }
});

test("a service deployment that has ended can't be stopped", async () => {
  const { world, serviceDeploymentArn } = await underWay();
  await settle(world);
  await assert.rejects(world.call("StopServiceDeployment", { serviceDeploymentArn }), { code: "ConflictException" });
});

test("after an abort the next update rolls out as usual", async () => {
  const { world, serviceDeploymentArn } = await underWay();
  await world.call("StopServiceDeployment", { serviceDeploymentArn, stopType: "ABORT" });
  world.clock.advance(60_000);
  const next = await update(world, "good:3");
  await secondsToSettle(world);
  assert.deepEqual(
    (await world.tasks()).map((task) => task.taskDefinitionArn),
    [next],
  );
});
