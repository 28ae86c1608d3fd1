import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import { type EcsState, emptyState, prepareState } from "../model/ecs-state.js";
import { createVirtualEcs, NETWORK, settle } from "./virtual-ecs.js";

/** Members that every JavaScript object inherits. */
for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"]) {
  test(`${name} is a name like any other for clusters, services, families, containers, variables and tags`, async () => {
    const world = await createVirtualEcs();
    const call = (operation: string, input: JsonObject) => world.call(operation, { cluster: name, ...input });
    await assert.rejects(call("DescribeServices", { services: [name] }), { code: "ClusterNotFoundException" });
    await assert.rejects(call("DescribeTaskDefinition", { taskDefinition: name }), /Unable to describe/);
    const tags = [{ key: name, value: name }];
    await call("CreateCluster", { clusterName: name, tags });
    const { taskDefinition } = await call("RegisterTaskDefinition", {
      family: name,
      networkMode: "awsvpc",
      cpu: "256",
      memory: "512",
      volumes: [{ name }],
      containerDefinitions: [
        {
          name,
          image: "good:1",
          environment: [{ name, value: "set" }],
          dockerLabels: JSON.parse(`{"${name}":"label"}`),
          mountPoints: [{ sourceVolume: name, containerPath: "/data" }],
        },
      ],
    });
    assert.equal(taskDefinition.revision, 1);
    assert.deepEqual(Object.entries(taskDefinition.containerDefinitions[0].dockerLabels), [[name, "label"]]);
    const wanted = { serviceName: name, taskDefinition: name, launchType: "FARGATE", networkConfiguration: NETWORK };
    const none = await call("DescribeServices", { services: [name] });
    assert.equal(none.failures[0].reason, "MISSING");
    await call("CreateService", { ...wanted, desiredCount: 1, propagateTags: "SERVICE", tags });
    const service = async () => (await call("DescribeServices", { services: [name] })).services[0];
    while ((await service()).deployments[0].rolloutState !== "COMPLETED") world.clock.advance(1_000);
    const { taskArns } = await call("ListTasks", { serviceName: name });
    const { tasks } = await call("DescribeTasks", { tasks: taskArns, include: ["TAGS"] });
    assert.deepEqual(tasks[0].tags, tags);
    const [deployment] = (await call("ListServiceDeployments", { service: name })).serviceDeployments;
    const { serviceRevisions } = await call("DescribeServiceRevisions", {
      serviceRevisionArns: [deployment.targetServiceRevisionArn],
    });
    const [image] = serviceRevisions[0].containerImages;
    assert.deepEqual([image.containerName, image.imageDigest], [name, tasks[0].containers[0].imageDigest]);
    await world.restart();
    assert.equal((await service()).runningCount, 1);
    assert.deepEqual((await call("ListTaskDefinitionFamilies", {})).families, [name]);
    const client = await call("RunTask", { ...wanted, clientToken: name });
    const again = await call("RunTask", { ...wanted, clientToken: name });
    assert.equal(again.tasks[0].taskArn, client.tasks[0].taskArn);
  });
}

test("a state of an earlier version gets the maps that it lacks, and none of its maps has inherited members", () => {
  const known = { clusters: { "arn:1": {} }, tags: JSON.parse('{"__proto__":[]}') };
  const state = prepareState(known as unknown as EcsState);
  assert.deepEqual(Object.keys(state.clusters), ["arn:1"]);
  assert.deepEqual(Object.keys(state.tags), ["__proto__"]);
  for (const map of Object.values(state)) assert.equal((map as Record<string, unknown>).constructor, undefined);
  assert.deepEqual(Object.keys(state).sort(), Object.keys(emptyState()).sort());
});

test("the image that a deployment resolved first stays its image for a container of any name", async () => {
  const digest = `sha256:${"1".repeat(64)}`;
  const world = await createVirtualEcs({ resolveImage: async () => digest });
  await world.call("CreateCluster");
  await world.call("RegisterTaskDefinition", {
    family: "web",
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    containerDefinitions: [{ name: "__proto__", image: "good:1" }],
  });
  await world.call("CreateService", {
    serviceName: "web",
    taskDefinition: "web",
    desiredCount: 1,
    launchType: "FARGATE",
    networkConfiguration: NETWORK,
  });
  await settle(world);
  const [task] = await world.tasks();
  assert.equal(task.containers[0].imageDigest, digest);
});
