import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import {
  CALLER,
  createVirtualEcs,
  NETWORK,
  settle,
  taskDefinition,
  type VirtualEcs,
  withService,
} from "./virtual-ecs.js";

const run = (more: JsonObject = {}): JsonObject => ({
  taskDefinition: "web",
  launchType: "FARGATE",
  networkConfiguration: NETWORK,
  ...more,
});
const described = async (world: VirtualEcs, { taskArn }: { taskArn: string }) =>
  (await world.call("DescribeTasks", { tasks: [taskArn] })).tasks[0];

test("a network interface has its address, its name in DNS and its hardware address", async () => {
  const world = await withService();
  const [task] = await world.tasks();
  const [{ type, status, details }] = task.attachments;
  const of = Object.fromEntries(details.map(({ name, value }: { name: string; value: string }) => [name, value]));
  assert.deepEqual([type, status], ["ElasticNetworkInterface", "ATTACHED"]);
  assert.deepEqual(Object.keys(of), [
    "subnetId",
    "networkInterfaceId",
    "macAddress",
    "privateDnsName",
    "privateIPv4Address",
  ]);
  assert.match(of.macAddress ?? "", /^0a(:[0-9a-f]{2}){5}$/);
  assert.equal(of.privateDnsName, `ip-${of.privateIPv4Address?.replaceAll(".", "-")}.us-west-2.compute.internal`);
});

test("in us-east-1 the name in DNS has no region", async () => {
  const world = await createVirtualEcs();
  const call = (operation: string, input: JsonObject = {}) =>
    world.call(operation, input, { ...CALLER, region: "us-east-1" });
  await call("CreateCluster");
  await call("RegisterTaskDefinition", taskDefinition("good:1"));
  const { tasks } = await call("RunTask", run());
  world.clock.advance(60_000);
  const [task] = (await call("DescribeTasks", { tasks: [tasks[0].taskArn] })).tasks;
  assert.match(task.attachments[0].details[3].value, /^ip-10-0-0-\d+\.ec2\.internal$/);
});

test("with execute command enabled, each container has its agent, from its start to its end", async () => {
  const world = await withService();
  const { tasks } = await world.call("RunTask", run({ enableExecuteCommand: true }));
  const agent = async () => (await described(world, tasks[0])).containers[0].managedAgents[0];
  assert.deepEqual(await agent(), { name: "ExecuteCommandAgent", lastStatus: "PENDING" });
  world.clock.advance(60_000);
  const { lastStatus, lastStartedAt } = await agent();
  assert.deepEqual([lastStatus, typeof lastStartedAt], ["RUNNING", "number"]);
  await world.call("StopTask", { task: tasks[0].taskArn });
  world.clock.advance(60_000);
  assert.equal((await agent()).lastStatus, "STOPPED");
});

test("only a service with execute command enabled starts tasks that have it", async () => {
  const world = await withService();
  const [before] = await world.tasks();
  assert.deepEqual([before.enableExecuteCommand, before.containers[0].managedAgents], [false, []]);
  await world.call("UpdateService", { service: "web", enableExecuteCommand: true, forceNewDeployment: true });
  world.clock.advance(6_000);
  await settle(world);
  const [after] = await world.tasks();
  assert.deepEqual([after.enableExecuteCommand, after.containers[0].managedAgents.length], [true, 1]);
});

const VOLUME = {
  name: "data",
  managedEBSVolume: { roleArn: "arn:aws:iam::123456789012:role/infrastructure", sizeInGiB: 10 },
};

async function withVolume(): Promise<VirtualEcs> {
  const world = await createVirtualEcs();
  await world.call("CreateCluster");
  await world.call("RegisterTaskDefinition", {
    ...taskDefinition("good:1", { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] }),
    volumes: [{ name: "data", configuredAtLaunch: true }],
  });
  return world;
}

test("a volume that is configured at launch is an attachment of the task", async () => {
  const world = await withVolume();
  const { tasks } = await world.call("RunTask", run({ volumeConfigurations: [VOLUME] }));
  const attachment = async () => (await described(world, tasks[0])).attachments[1];
  const { type, status, details } = await attachment();
  assert.deepEqual([type, status], ["AmazonElasticBlockStorage", "CREATED"]);
  const of = new Map(details.map(({ name, value }: { name: string; value: string }) => [name, value]));
  assert.deepEqual(
    ["roleArn", "volumeName", "filesystemType", "deleteOnTermination"].map((name) => of.get(name)),
    [VOLUME.managedEBSVolume.roleArn, "data", "xfs", "true"],
  );
  world.clock.advance(60_000);
  assert.equal((await attachment()).status, "ATTACHED");
});

test("a service's tasks have its volumes, and the service shows how they are configured", async () => {
  const world = await withVolume();
  const wanted = { serviceName: "web", desiredCount: 1, ...run({ volumeConfigurations: [VOLUME] }) };
  await world.call("CreateService", wanted);
  world.clock.advance(60_000);
  const [task] = await world.tasks();
  assert.equal(task.attachments[1].type, "AmazonElasticBlockStorage");
  assert.deepEqual((await world.service()).deployments[0].volumeConfigurations, [VOLUME]);
});

test("a volume that is configured at launch needs its configuration, and no other accepts one", async () => {
  const { call } = await withVolume();
  await assert.rejects(call("RunTask", run()), /volume 'data' is configured at launch/);
  const other = { ...VOLUME, name: "other" };
  await assert.rejects(call("RunTask", run({ volumeConfigurations: [other] })), /'other' is not configured at launch/);
  await assert.rejects(call("RunTask", run({ volumeConfigurations: [VOLUME, other] })), /At most one/);
  const anonymous = { name: "data", managedEBSVolume: {} };
  await assert.rejects(call("RunTask", run({ volumeConfigurations: [anonymous] })), /roleArn can not be blank/);
});

test("a task shows the platform version, the storage and the overrides that it was run with, and no unknown ones", async () => {
  const { call } = await withService();
  const containerOverrides = [{ name: "app", command: ["true"], privileged: true }];
  const overrides = { containerOverrides, ephemeralStorage: { sizeInGiB: 50 }, invented: true };
  const { tasks } = await call("RunTask", run({ platformVersion: "1.3.0", overrides }));
  const [task] = tasks;
  assert.deepEqual([task.platformVersion, task.ephemeralStorage], ["1.3.0", { sizeInGiB: 50 }]);
  assert.deepEqual(task.overrides.containerOverrides, [{ name: "app", command: ["true"] }]);
  assert.equal("invented" in task.overrides, false);
  const latest = await call("RunTask", run({ platformVersion: "LATEST" }));
  assert.equal(latest.tasks[0].platformVersion, "1.4.0");
});

test("an override without a container's name is rejected with ECS's message", async () => {
  const { call } = await withService();
  await assert.rejects(call("RunTask", run({ overrides: { containerOverrides: [{ command: ["true"] }] } })), {
    code: "InvalidParameterException",
    message: "ContainerOverride.name should not be null or empty.",
  });
});
