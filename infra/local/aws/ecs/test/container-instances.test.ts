import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import {
  createVirtualEcs,
  MACHINE,
  messages,
  settle,
  TARGET_GROUP,
  type VirtualEcs,
  type VirtualEcsOptions,
} from "./virtual-ecs.js";

const MORE = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";

/** Returns a definition of bridge mode with one container. */
const definition = (container: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
  family: "web",
  requiresCompatibilities: ["EC2"],
  containerDefinitions: [
    { name: "app", image: "good:1", cpu: 256, memory: 512, portMappings: [{ containerPort: 80 }], ...container },
  ],
  ...more,
});
const service = (more: JsonObject = {}): JsonObject => ({
  serviceName: "web",
  taskDefinition: "web",
  desiredCount: 1,
  launchType: "EC2",
  ...more,
});

async function withInstance(registered: JsonObject = {}, options: VirtualEcsOptions = {}) {
  const world = await createVirtualEcs(options);
  await world.call("CreateCluster");
  const { containerInstance } = await world.call("RegisterContainerInstance", registered);
  return Object.assign(world, { instance: containerInstance });
}

const described = async (world: VirtualEcs, arn: string) =>
  (await world.call("DescribeContainerInstances", { containerInstances: [arn] })).containerInstances[0];

const resource = (instance: { remainingResources: { name: string; integerValue: number }[] }, name: string) =>
  instance.remainingResources.find((each) => each.name === name);

test("a container instance registers with this machine's resources and counts in its cluster", async () => {
  const { call, instance } = await withInstance();
  assert.match(
    instance.containerInstanceArn,
    /^arn:aws:ecs:us-west-2:123456789012:container-instance\/default\/[0-9a-f]{32}$/,
  );
  assert.match(instance.ec2InstanceId, /^i-[0-9a-f]{17}$/);
  assert.deepEqual([instance.status, instance.agentConnected, instance.runningTasksCount], ["ACTIVE", true, 0]);
  const of = (name: string) => instance.registeredResources.find((each: JsonObject) => each.name === name);
  assert.equal(of("CPU").integerValue, MACHINE.cpu);
  assert.equal(of("MEMORY").integerValue, MACHINE.memory);
  assert.deepEqual(of("PORTS").stringSetValue, ["22", "2375", "2376", "51678", "51679"]);
  const { clusters } = await call("DescribeClusters");
  assert.equal(clusters[0].registeredContainerInstancesCount, 1);
  assert.deepEqual((await call("ListContainerInstances")).containerInstanceArns, [instance.containerInstanceArn]);
});

test("a task in bridge mode runs on the instance without an interface of its own, behind a port of the instance", async () => {
  const world = await withInstance();
  await world.call("RegisterTaskDefinition", definition());
  await world.call("CreateService", service());
  await settle(world);
  const [task] = await world.tasks();
  assert.equal(task.launchType, "EC2");
  assert.equal(task.containerInstanceArn, world.instance.containerInstanceArn);
  assert.deepEqual([task.attachments, task.platformVersion, task.cpu, task.memory], [[], undefined, "256", "512"]);
  const [container] = task.containers;
  assert.deepEqual(container.networkInterfaces, []);
  assert.deepEqual(container.networkBindings, [
    { bindIP: "0.0.0.0", containerPort: 80, hostPort: 32_768, protocol: "tcp" },
  ]);
  const instance = await described(world, world.instance.containerInstanceArn);
  assert.equal(instance.runningTasksCount, 1);
  assert.equal(resource(instance, "CPU")?.integerValue, MACHINE.cpu - 256);
  assert.equal(resource(instance, "MEMORY")?.integerValue, MACHINE.memory - 512);
});

test("a load balancer reaches the task by the instance's port", async () => {
  const targets: { port: number }[] = [];
  const target = (at: { port: number }) => {
    targets.push(at);
    return { health: [{ after: 0, state: "unhealthy" as const, reason: "Request timed out" }] };
  };
  const world = await withInstance({}, { target });
  await world.call("RegisterTaskDefinition", definition());
  const loadBalancers = [{ targetGroupArn: TARGET_GROUP, containerName: "app", containerPort: 80 }];
  await world.call("CreateService", service({ loadBalancers }));
  world.clock.advance(60_000);
  assert.equal(targets[0]?.port, 32_768);
  const { ec2InstanceId } = world.instance;
  const event = `(service web) (instance ${ec2InstanceId}) (port 32768) is unhealthy in (target-group ${TARGET_GROUP}) due to (reason Request timed out).`;
  assert.ok((await messages(world)).includes(event));
});

const UNPLACED: [string, JsonObject, JsonObject, string, string][] = [
  ["CPU", { cpu: 4_096 }, {}, "has insufficient CPU units available", "RESOURCE:CPU"],
  ["memory", { memory: 8_192 }, {}, "has insufficient memory available", "RESOURCE:MEMORY"],
  [
    "a reserved port",
    { portMappings: [{ containerPort: 22, hostPort: 22 }] },
    {},
    "is already using a port required by your task",
    "RESOURCE:PORTS",
  ],
  [
    "another architecture",
    {},
    { runtimePlatform: { cpuArchitecture: "ARM64" } },
    "is missing an attribute required by your task",
    "ATTRIBUTE",
  ],
];

for (const [what, container, more, event, reason] of UNPLACED) {
  test(`a task that no instance has ${what} for is a failure of RunTask and an event of its service`, async () => {
    const world = await withInstance();
    const { containerInstanceArn } = world.instance;
    await world.call("RegisterTaskDefinition", definition(container, more));
    const { tasks, failures } = await world.call("RunTask", { taskDefinition: "web", launchType: "EC2" });
    assert.deepEqual([tasks, failures], [[], [{ arn: containerInstanceArn, reason }]]);
    await world.call("CreateService", service());
    world.clock.advance(60_000);
    const id = containerInstanceArn.split("/").at(-1);
    assert.equal(
      (await messages(world))[0],
      `(service web) was unable to place a task because no container instance met all of its requirements. ` +
        `The closest matching (container-instance ${id}) ${event}. ${MORE}`,
    );
    const [deployment] = (await world.service()).deployments;
    assert.deepEqual([deployment.failedTasks, deployment.pendingCount], [0, 0]);
  });
}

test("a fixed port in use blocks a rolling update until the old task may stop first", async () => {
  const world = await withInstance();
  const fixed = { portMappings: [{ containerPort: 80, hostPort: 8_080 }] };
  await world.call("RegisterTaskDefinition", definition(fixed));
  await world.call("CreateService", service());
  await settle(world);
  await world.call("UpdateService", { service: "web", forceNewDeployment: true });
  world.clock.advance(60_000);
  assert.ok((await messages(world)).some((each) => each.includes("is already using a port required by your task")));
  assert.equal((await world.service()).deployments.length, 2);
  const deploymentConfiguration = { minimumHealthyPercent: 0, maximumPercent: 200 };
  await world.call("UpdateService", { service: "web", deploymentConfiguration });
  await settle(world);
  const [task] = await world.tasks();
  assert.equal(task.containers[0].networkBindings[0].hostPort, 8_080);
});

test("as many tasks are placed as resources allow, and the rest when more are free", async () => {
  const world = await withInstance();
  await world.call("RegisterTaskDefinition", definition({ memory: 1_536 }));
  await world.call("CreateService", service({ desiredCount: 4 }));
  world.clock.advance(60_000);
  assert.equal((await world.service()).runningCount, 2);
  await world.call("RegisterContainerInstance");
  world.clock.advance(60_000);
  const tasks = await world.tasks();
  const instances = new Set(tasks.map((task) => task.containerInstanceArn));
  assert.deepEqual([tasks.length, instances.size], [4, 2]);
});

test("an instance that registers attributes has only those", async () => {
  const world = await withInstance({ attributes: [{ name: "stack", value: "blue" }] });
  await world.call("RegisterTaskDefinition", definition());
  const { failures } = await world.call("RunTask", { taskDefinition: "web", launchType: "EC2" });
  assert.equal(failures[0].reason, "ATTRIBUTE");
});

test("placement constraints filter instances, and an unsupported expression is rejected", async () => {
  const capability = { name: "com.amazonaws.ecs.capability.docker-remote-api.1.18" };
  const world = await withInstance({ attributes: [capability, { name: "stack", value: "blue" }] });
  const green = await world.call("RegisterContainerInstance", {
    attributes: [capability, { name: "stack", value: "green" }],
  });
  await world.call("RegisterTaskDefinition", definition());
  const run = async (...placementConstraints: JsonObject[]) =>
    world.call("RunTask", { taskDefinition: "web", launchType: "EC2", count: 3, placementConstraints });
  const apart = await run({ type: "distinctInstance" });
  assert.equal(apart.tasks.length, 2);
  assert.equal(apart.failures[0].reason, "MemberOf placement constraint unsatisfied.");
  const bound = await run({
    type: "memberOf",
    expression: "attribute:stack == green and attribute:ecs.os-type == linux",
  });
  assert.deepEqual(
    [...new Set(bound.tasks.map((task: JsonObject) => task.containerInstanceArn))],
    [green.containerInstance.containerInstanceArn],
  );
  const expression = "task:group == service:web";
  await assert.rejects(run({ type: "memberOf", expression }), {
    code: "InvalidParameterException",
    message: /'task:group == service:web'/,
  });
});

test("binpack fills the fullest instance first, spread the emptiest", async () => {
  for (const [placementStrategy, expected] of [
    [{ type: "binpack", field: "memory" }, 1],
    [{ type: "spread", field: "instanceId" }, 2],
  ] as const) {
    const world = await withInstance();
    await world.call("RegisterContainerInstance");
    await world.call("RegisterTaskDefinition", definition());
    await world.call("CreateService", service({ desiredCount: 4, placementStrategy: [placementStrategy] }));
    world.clock.advance(60_000);
    const instances = new Set((await world.tasks()).map((task) => task.containerInstanceArn));
    assert.equal(instances.size, expected, placementStrategy.type);
  }
});

test("an instance with tasks is deregistered by force only, which ends them; the service starts others elsewhere", async () => {
  const world = await withInstance();
  const containerInstance = world.instance.containerInstanceArn;
  await world.call("RegisterTaskDefinition", definition());
  await world.call("CreateService", service());
  await settle(world);
  const [task] = await world.tasks();
  await assert.rejects(world.call("DeregisterContainerInstance", { containerInstance }), {
    message: "Found running tasks on the instance.",
  });
  const other = await world.call("RegisterContainerInstance");
  const ended = await world.call("DeregisterContainerInstance", { containerInstance, force: true });
  assert.deepEqual([ended.containerInstance.status, ended.containerInstance.agentConnected], ["INACTIVE", false]);
  world.clock.advance(120_000);
  const [stopped] = (await world.call("DescribeTasks", { tasks: [task.taskArn] })).tasks;
  assert.equal(stopped.stopCode, "TerminationNotice");
  assert.equal(stopped.stoppedReason, `Host EC2 (instance ${world.instance.ec2InstanceId}) terminated.`);
  const [replacement] = await world.tasks();
  assert.equal(replacement.containerInstanceArn, other.containerInstance.containerInstanceArn);
  await assert.rejects(world.call("DeregisterContainerInstance", { containerInstance }), /instance not found/);
});

test("a task in awsvpc mode has an interface on an instance too, and no port of it", async () => {
  const world = await withInstance();
  await world.call("RegisterTaskDefinition", definition({}, { networkMode: "awsvpc" }));
  await assert.rejects(world.call("CreateService", service()), /Network Configuration must be provided/);
  const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
  await world.call("CreateService", service({ networkConfiguration }));
  await settle(world);
  const [task] = await world.tasks();
  assert.deepEqual([task.attachments.length, task.containers[0].networkBindings], [1, []]);
  assert.equal(task.containers[0].networkInterfaces.length, 1);
});

test("a network configuration is rejected for a definition of bridge mode", async () => {
  const { call } = await withInstance();
  await call("RegisterTaskDefinition", definition());
  const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
  await assert.rejects(call("CreateService", service({ networkConfiguration })), {
    code: "InvalidParameterException",
    message: "Network Configuration is not valid for the given networkMode of this task definition.",
  });
});

test("a cluster with a container instance is not deleted, and instances of other clusters are not seen", async () => {
  const { call, instance } = await withInstance();
  await assert.rejects(call("DeleteCluster", { cluster: "default" }), {
    code: "ClusterContainsContainerInstancesException",
  });
  await call("CreateCluster", { clusterName: "other" });
  assert.deepEqual((await call("ListContainerInstances", { cluster: "other" })).containerInstanceArns, []);
  const { failures } = await call("DescribeContainerInstances", {
    cluster: "other",
    containerInstances: [instance.containerInstanceArn],
  });
  assert.deepEqual(failures, [{ arn: instance.containerInstanceArn, reason: "MISSING" }]);
});

test("tasks on an instance are taken over after a restart, ports included", async () => {
  const world = await withInstance();
  await world.call("RegisterTaskDefinition", definition());
  await world.call("CreateService", service());
  await settle(world);
  const [before] = await world.tasks();
  await world.restart();
  const [after] = await world.tasks();
  assert.deepEqual(
    [after.taskArn, after.containers[0].networkBindings],
    [before.taskArn, before.containers[0].networkBindings],
  );
});
