import assert from "node:assert/strict";
import { test } from "node:test";
import { awsTiming } from "../ecs-timing.js";
import { NETWORK, settle, withService } from "./virtual-ecs.js";

const LATER = awsTiming.taskDefinitionDeletion;

test("an inactive revision is being deleted, starts no new task, and is deleted when nothing references it", async () => {
  const world = await withService();
  const arn = await world.register("good:2");
  await world.call("DeregisterTaskDefinition", { taskDefinition: "web:2" });
  const { taskDefinitions, failures } = await world.call("DeleteTaskDefinitions", { taskDefinitions: ["web:2"] });
  assert.deepEqual([taskDefinitions[0].status, failures], ["DELETE_IN_PROGRESS", []]);
  assert.equal(typeof taskDefinitions[0].deleteRequestedAt, "number");
  const list = async () =>
    (await world.call("ListTaskDefinitions", { status: "DELETE_IN_PROGRESS" })).taskDefinitionArns;
  assert.deepEqual(await list(), [arn]);
  const refused = { message: "TaskDefinition is inactive" };
  await assert.rejects(world.call("UpdateService", { service: "web", taskDefinition: "web:2" }), refused);
  await assert.rejects(
    world.call("RunTask", { taskDefinition: "web:2", launchType: "FARGATE", networkConfiguration: NETWORK }),
    refused,
  );
  world.clock.advance(LATER);
  assert.deepEqual(await list(), []);
  await assert.rejects(world.call("DescribeTaskDefinition", { taskDefinition: "web:2" }), {
    message: "Unable to describe task definition.",
  });
  assert.ok((await world.register("good:3")).endsWith("web:3"), "its number is not used again");
});

test("a revision that a service runs is deleted when the service neither runs it nor can roll back to it", async () => {
  const world = await withService();
  await world.call("DeregisterTaskDefinition", { taskDefinition: world.first });
  await world.call("DeleteTaskDefinitions", { taskDefinitions: [world.first] });
  world.clock.advance(2 * LATER);
  const status = async () =>
    (await world.call("DescribeTaskDefinition", { taskDefinition: world.first })).taskDefinition.status;
  assert.equal(await status(), "DELETE_IN_PROGRESS");
  await world.call("UpdateService", { service: "web", desiredCount: 2 });
  world.clock.advance(120_000);
  assert.equal((await world.service()).runningCount, 2);
  await world.restart();
  const taskDefinition = await world.register("good:2");
  await world.call("UpdateService", { service: "web", taskDefinition });
  world.clock.advance(awsTiming.listLag);
  await settle(world);
  world.clock.advance(LATER);
  await assert.rejects(status(), /Unable to describe task definition/);
});

test("a revision that can't be deleted is a failure with ECS's reason; the others are deleted", async () => {
  const world = await withService();
  await world.register("good:2");
  await world.call("DeregisterTaskDefinition", { taskDefinition: "web:2" });
  const { taskDefinitions, failures } = await world.call("DeleteTaskDefinitions", {
    taskDefinitions: ["web", world.first, "web:2", "web:9", "__proto__:1"],
  });
  assert.equal(taskDefinitions.length, 1);
  const unknown =
    "The specified task definition does not exist. Specify a valid account, family, revision and try again.";
  assert.deepEqual(failures, [
    {
      arn: "web",
      reason: "The specified task definition identifier is invalid. Specify a valid name or ARN and try again.",
    },
    {
      arn: world.first,
      reason: "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
    },
    { arn: "web:9", reason: unknown },
    { arn: "__proto__:1", reason: unknown },
  ]);
});

test("between one and ten revisions are deleted at once", async () => {
  const { call } = await withService();
  const many = (count: number) =>
    call("DeleteTaskDefinitions", { taskDefinitions: Array.from({ length: count }, (_, i) => `web:${i}`) });
  await assert.rejects(many(0), { code: "InvalidParameterException", message: /must be greater than 0/ });
  await assert.rejects(many(11), { code: "InvalidParameterException", message: /cannot exceed 10/ });
});
