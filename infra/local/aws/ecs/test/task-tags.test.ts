import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import { NETWORK, type VirtualEcs, withService } from "./virtual-ecs.js";

const tag = (key: string, value: string) => ({ key, value });
const MANAGED = [tag("aws:ecs:clusterName", "default"), tag("aws:ecs:serviceName", "other")];

async function withTags(): Promise<VirtualEcs> {
  const world = await withService();
  const { taskDefinition } = await world.call("DescribeTaskDefinition", { taskDefinition: "web" });
  const { taskDefinitionArn: resourceArn } = taskDefinition;
  await world.call("TagResource", { resourceArn, tags: [tag("from", "definition")] });
  return world;
}

async function tagsOfTasks(world: VirtualEcs, filter: JsonObject): Promise<JsonObject[]> {
  const { taskArns: tasks } = await world.call("ListTasks", filter);
  const found = (await world.call("DescribeTasks", { tasks, include: ["TAGS"] })).tasks;
  return found.map(({ tags }: { tags: JsonObject[] }) => tags);
}

const PROPAGATED: [string, JsonObject, JsonObject[]][] = [
  ["nothing", {}, []],
  ["none", { propagateTags: "NONE" }, []],
  ["its service's", { propagateTags: "SERVICE" }, [tag("from", "service")]],
  ["its definition's", { propagateTags: "TASK_DEFINITION" }, [tag("from", "definition")]],
  ["those that ECS manages", { enableECSManagedTags: true }, MANAGED],
  ["both", { propagateTags: "SERVICE", enableECSManagedTags: true }, [tag("from", "service"), ...MANAGED]],
];

for (const [what, requested, expected] of PROPAGATED) {
  test(`a service that propagates ${what} gives its tasks these tags`, async () => {
    const world = await withTags();
    await world.call("CreateService", {
      serviceName: "other",
      taskDefinition: "web",
      desiredCount: 2,
      launchType: "FARGATE",
      networkConfiguration: NETWORK,
      tags: [tag("from", "service")],
      ...requested,
    });
    world.clock.advance(60_000);
    assert.deepEqual(await tagsOfTasks(world, { serviceName: "other" }), [expected, expected]);
  });
}

test("a change of what a service propagates reaches the tasks that start after it", async () => {
  const world = await withTags();
  const { service } = await world.call("UpdateService", { service: "web", propagateTags: "TASK_DEFINITION" });
  assert.deepEqual([service.propagateTags, service.deployments.length], ["TASK_DEFINITION", 1]);
  assert.deepEqual(await tagsOfTasks(world, { serviceName: "web" }), [[]]);
  await world.call("UpdateService", { service: "web", forceNewDeployment: true });
  world.clock.advance(300_000);
  assert.deepEqual(await tagsOfTasks(world, { serviceName: "web" }), [[tag("from", "definition")]]);
});

test("a stand-alone task has the cluster's name as its managed tag", async () => {
  const { call } = await withTags();
  const { tasks } = await call("RunTask", {
    taskDefinition: "web",
    launchType: "FARGATE",
    networkConfiguration: NETWORK,
    propagateTags: "TASK_DEFINITION",
    enableECSManagedTags: true,
    tags: [tag("own", "1")],
  });
  const expected = [tag("from", "definition"), tag("own", "1"), tag("aws:ecs:clusterName", "default")];
  assert.deepEqual(tasks[0].tags, expected);
  const { tags } = await call("ListTagsForResource", { resourceArn: tasks[0].taskArn });
  assert.deepEqual(tags, expected);
});

test("managed tags can't be removed, and don't count towards the fifty of a resource", async () => {
  const { call } = await withTags();
  const { tasks } = await call("RunTask", {
    taskDefinition: "web",
    launchType: "FARGATE",
    networkConfiguration: NETWORK,
    enableECSManagedTags: true,
  });
  const resourceArn = tasks[0].taskArn;
  await assert.rejects(call("UntagResource", { resourceArn, tagKeys: ["aws:ecs:clusterName"] }), /reserved/);
  await call("TagResource", { resourceArn, tags: Array.from({ length: 50 }, (_, i) => tag(`k${i}`, "")) });
  await assert.rejects(call("TagResource", { resourceArn, tags: [tag("one more", "")] }), /maximum number of tags/);
});
