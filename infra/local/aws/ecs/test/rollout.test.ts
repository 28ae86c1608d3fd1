import assert from "node:assert/strict";
import { test } from "node:test";
import { settle, withService } from "./world.js";

test("a good update replaces the task and completes once the old one is gone", async () => {
  const world = await withService();
  const [old] = await world.tasks();
  const next = await world.register("good:2");
  await world.call("UpdateService", { service: "web", taskDefinition: next });
  world.clock.advance(10_000);
  await settle(world);
  const service = await world.service();
  assert.equal(service.deployments.length, 1);
  assert.equal(service.deployments[0].taskDefinition, next);
  assert.equal(service.deployments[0].rolloutState, "COMPLETED");
  assert.deepEqual([service.runningCount, service.pendingCount], [1, 0]);
  assert.equal((await world.deployments())[0].status, "SUCCESSFUL");
  const { tasks } = await world.call("DescribeTasks", { tasks: [old.taskArn] });
  assert.equal(tasks[0].stopCode, "ServiceSchedulerInitiated");
  assert.equal(tasks[0].stoppedReason, `Scaling activity initiated by (deployment ${service.deployments[0].id})`);
  assert.match(service.events[0].message, /^\(service web\) has reached a steady state\.$/);
  assert.match(service.events[1].message, /\(deployment ecs-svc\/\d{19}\) deployment completed\.$/);
  assert.equal(Math.round((service.events[0].createdAt - service.events[1].createdAt) * 1000), 1);
});
