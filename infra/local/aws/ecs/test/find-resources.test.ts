import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualEcs, NETWORK, taskDefinition, withService } from "./virtual-ecs.js";

const CLUSTER = "arn:aws:ecs:us-west-2:123456789012";

test("an ARN of another cluster is rejected with ECS's message, one of the old format is accepted", async () => {
  const world = await withService();
  await world.call("CreateCluster", { clusterName: "other" });
  const refusal = {
    code: "InvalidParameterException",
    message: "Invalid identifier: Identifier is for cluster other. Your cluster is default",
  };
  const [{ taskArn }] = await world.tasks();
  const service = `${CLUSTER}:service/other/web`;
  await assert.rejects(world.call("DescribeServices", { services: [service] }), refusal);
  await assert.rejects(world.call("ListTasks", { serviceName: service }), refusal);
  await assert.rejects(world.call("StopTask", { task: taskArn.replace("/default/", "/other/") }), refusal);
  const { services } = await world.call("DescribeServices", { services: [`${CLUSTER}:service/web`] });
  assert.equal(services[0].serviceName, "web");
});

test("an ARN of another region is not found", async () => {
  const world = await withService();
  const arn = "arn:aws:ecs:eu-west-1:123456789012:service/default/web";
  assert.deepEqual(await world.call("DescribeServices", { services: [arn] }), {
    services: [],
    failures: [{ arn, reason: "MISSING" }],
  });
});

test("an invalid task id is rejected, an unknown one is MISSING", async () => {
  const world = await withService();
  const refusal = { code: "InvalidParameterException", message: "taskId length should be one of [32,36]" };
  await assert.rejects(world.call("DescribeTasks", { tasks: ["nope"] }), refusal);
  await assert.rejects(world.call("StopTask", { task: "nope" }), refusal);
  const { failures } = await world.call("DescribeTasks", { tasks: ["0".repeat(32)] });
  assert.equal(failures[0].reason, "MISSING");
});

test("unknown enumerated values are rejected in any member", async () => {
  const world = await withService();
  const wrong: [operation: string, input: Record<string, never>, message: RegExp][] = [
    ["UpdateService", { service: "web", availabilityZoneRebalancing: "NOPE" } as never, /'NOPE': DISABLED, ENABLED/],
    ["ListTasks", { launchType: "NOPE" } as never, /FARGATE/],
    ["DescribeServices", { services: ["web"], include: ["NOPE"] } as never, /TAGS/],
    ["RegisterTaskDefinition", { ...taskDefinition("x"), requiresCompatibilities: ["NOPE"] } as never, /FARGATE/],
    ["RegisterTaskDefinition", taskDefinition("x", { logConfiguration: { logDriver: "no" } }) as never, /awslogs/],
    [
      "RegisterTaskDefinition",
      taskDefinition("x", { healthCheck: { command: ["CMD", "x"], retries: 11 } }) as never,
      /retries 11/,
    ],
    [
      "RegisterTaskDefinition",
      taskDefinition("x", { healthCheck: { command: ["CMD", "x"], interval: 4 } }) as never,
      /interval 4/,
    ],
  ];
  for (const [operation, input, message] of wrong) await assert.rejects(world.call(operation, input), { message });
  await world.call("RegisterTaskDefinition", taskDefinition("x", { dockerLabels: { logDriver: "anything" } }));
});

test("CreateService with the same client token returns the service, and rejects another request", async () => {
  const world = await createVirtualEcs();
  await world.call("CreateCluster");
  await world.register("good:1");
  const wanted = {
    serviceName: "web",
    taskDefinition: "web",
    desiredCount: 1,
    launchType: "FARGATE",
    networkConfiguration: NETWORK,
    clientToken: "a",
  };
  const { service } = await world.call("CreateService", wanted);
  assert.deepEqual((await world.call("CreateService", wanted)).service.deployments, service.deployments);
  await assert.rejects(world.call("CreateService", { ...wanted, desiredCount: 2 }), { message: /not idempotent/ });
});
