import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import { createVirtualEcs, messages, NETWORK, taskDefinition, type VirtualEcs, withService } from "./virtual-ecs.js";

const service = (more: JsonObject = {}): JsonObject => ({
  serviceName: "other",
  taskDefinition: "web",
  desiredCount: 1,
  networkConfiguration: NETWORK,
  ...more,
});
const strategy = (...items: [provider: string, weight: number, base?: number][]): JsonObject[] =>
  items.map(([capacityProvider, weight, base]) => ({
    capacityProvider,
    weight,
    ...(base !== undefined && { base }),
  }));
const SPOT = strategy(["FARGATE_SPOT", 1]);

async function withCluster(cluster: JsonObject = {}): Promise<VirtualEcs> {
  const world = await createVirtualEcs();
  await world.call("CreateCluster", cluster);
  await world.call("RegisterTaskDefinition", { ...taskDefinition("good:1"), requiresCompatibilities: ["FARGATE"] });
  return world;
}

test("a service without a launch type is an EC2 service, for which a Fargate cluster has no container instance", async () => {
  const world = await withCluster();
  const { service: made } = await world.call("CreateService", service({ serviceName: "web" }));
  assert.equal(made.launchType, "EC2");
  assert.equal("platformVersion" in made, false);
  world.clock.advance(60_000);
  assert.deepEqual(await world.tasks(), []);
  assert.deepEqual(await messages(world), [
    "(service web) was unable to place a task because no container instance met all of its requirements. " +
      "Reason: No Container Instances were found in your cluster. " +
      "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
  ]);
  const [deployment] = (await world.service()).deployments;
  assert.deepEqual([deployment.launchType, deployment.rolloutState, deployment.failedTasks], ["EC2", "IN_PROGRESS", 0]);
});

test("a task without a launch type is rejected in a cluster without container instances", async () => {
  const { call } = await withCluster();
  await assert.rejects(call("RunTask", { taskDefinition: "web", networkConfiguration: NETWORK }), {
    code: "InvalidParameterException",
    message: "No Container Instances were found in your cluster.",
  });
});

test("without a launch type the cluster's default strategy applies", async () => {
  const world = await withCluster({
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    defaultCapacityProviderStrategy: SPOT,
  });
  const { service: made } = await world.call("CreateService", service());
  assert.equal(made.launchType, undefined);
  assert.deepEqual(made.capacityProviderStrategy, [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }]);
  const { tasks } = await world.call("RunTask", { taskDefinition: "web", networkConfiguration: NETWORK });
  assert.equal(tasks[0].capacityProviderName, "FARGATE_SPOT");
});

test("a service returns its launch type or its strategy, never both, in every response", async () => {
  const world = await withCluster();
  await world.call("CreateService", service({ capacityProviderStrategy: SPOT }));
  await world.call("CreateService", service({ serviceName: "web", launchType: "FARGATE" }));
  world.clock.advance(60_000);
  const shown = async (name: string) => {
    const found = await world.service(name);
    const [deployment] = await world.deployments(name);
    const { serviceRevisions } = await world.call("DescribeServiceRevisions", {
      serviceRevisionArns: [deployment.targetServiceRevision.arn],
    });
    return [found, found.deployments[0], serviceRevisions[0]].map(
      ({ launchType, capacityProviderStrategy }) => launchType ?? capacityProviderStrategy,
    );
  };
  const filled = [{ capacityProvider: "FARGATE_SPOT", weight: 1, base: 0 }];
  assert.deepEqual(await shown("other"), [filled, filled, filled]);
  assert.deepEqual(await shown("web"), ["FARGATE", "FARGATE", "FARGATE"]);
  const [task] = await world.tasks({ serviceName: "other" });
  assert.deepEqual([task.launchType, task.capacityProviderName], ["FARGATE", "FARGATE_SPOT"]);
});

test("a strategy gives each provider its base first and then shares by weight", async () => {
  const world = await withCluster();
  const capacityProviderStrategy = strategy(["FARGATE", 1, 2], ["FARGATE_SPOT", 3]);
  await world.call("CreateService", service({ desiredCount: 10, capacityProviderStrategy }));
  world.clock.advance(60_000);
  const providers = (await world.tasks()).map((task) => task.capacityProviderName);
  assert.equal(providers.filter((each) => each === "FARGATE").length, 4);
  assert.equal(providers.filter((each) => each === "FARGATE_SPOT").length, 6);
  const { tasks } = await world.call("RunTask", {
    taskDefinition: "web",
    networkConfiguration: NETWORK,
    count: 3,
    capacityProviderStrategy,
  });
  assert.deepEqual(
    tasks.map((task: JsonObject) => task.capacityProviderName),
    ["FARGATE", "FARGATE", "FARGATE_SPOT"],
  );
});

test("a service changes between launch type and strategy only by force, and back by an empty strategy", async () => {
  const world = await withService();
  const change = { service: "web", capacityProviderStrategy: SPOT };
  await assert.rejects(world.call("UpdateService", change), {
    code: "InvalidParameterException",
    message: /^When switching from launch type to capacity provider strategy .* you must force a new deployment\.$/,
  });
  const { service: forced } = await world.call("UpdateService", { ...change, forceNewDeployment: true });
  assert.deepEqual([forced.launchType, forced.deployments.length], [undefined, 2]);
  await world.call("UpdateService", { service: "web", capacityProviderStrategy: SPOT });
  const { service: back } = await world.call("UpdateService", {
    service: "web",
    capacityProviderStrategy: [],
    forceNewDeployment: true,
  });
  assert.deepEqual([back.launchType, back.capacityProviderStrategy], ["FARGATE", undefined]);
});

const REFUSED: [string, JsonObject, { code?: string; message: RegExp | string }][] = [
  [
    "a launch type and a strategy",
    { launchType: "FARGATE", capacityProviderStrategy: SPOT },
    { message: /^Specifying both a launch type and capacity provider strategy is not supported/ },
  ],
  [
    "a provider that the cluster does not have",
    { capacityProviderStrategy: strategy(["mine", 1]) },
    { message: /capacity provider that is not associated with the cluster/ },
  ],
  [
    "two bases",
    { capacityProviderStrategy: strategy(["FARGATE", 1, 1], ["FARGATE_SPOT", 1, 1]) },
    { message: /Only one capacity provider .* can have a base/ },
  ],
  [
    "no weight at all",
    { capacityProviderStrategy: strategy(["FARGATE", 0], ["FARGATE_SPOT", 0]) },
    { message: /must have a weight greater than 0/ },
  ],
  [
    "an unknown platform version",
    { launchType: "FARGATE", platformVersion: "9.9.9" },
    { code: "PlatformUnknownException", message: /'9\.9\.9'/ },
  ],
  [
    "a platform version on EC2",
    { launchType: "EC2", platformVersion: "1.4.0" },
    { message: "The platform version must be null when specifying an EC2 launch type." },
  ],
  [
    "a placement strategy on Fargate",
    { launchType: "FARGATE", placementStrategy: [{ type: "random" }] },
    { message: "Placement strategies are not supported with FARGATE launch type." },
  ],
  ["a launch type that is not supported", { launchType: "EXTERNAL" }, { message: /EXTERNAL is not supported/ }],
];

for (const [what, more, refused] of REFUSED) {
  test(`a service and a task with ${what} are rejected`, async () => {
    const { call } = await withCluster();
    const error = { code: "InvalidParameterException", ...refused };
    await assert.rejects(call("CreateService", service(more)), error);
    await assert.rejects(call("RunTask", { taskDefinition: "web", networkConfiguration: NETWORK, ...more }), error);
  });
}

test("a cluster with capacity providers uses no others", async () => {
  const { call } = await withCluster({ capacityProviders: ["FARGATE"] });
  await assert.rejects(call("CreateService", service({ capacityProviderStrategy: SPOT })), {
    message: /not associated with the cluster/,
  });
});

test("a definition that only container instances can run is rejected on Fargate", async () => {
  const { call } = await withCluster();
  const containerDefinitions = [{ name: "app", image: "good:1", memory: 128 }];
  await call("RegisterTaskDefinition", { family: "ec2", networkMode: "awsvpc", containerDefinitions });
  const wanted = { taskDefinition: "ec2", launchType: "FARGATE", networkConfiguration: NETWORK };
  const refused = {
    code: "InvalidParameterException",
    message: "Task definition does not support launch_type FARGATE.",
  };
  await assert.rejects(call("RunTask", wanted), refused);
  await assert.rejects(call("CreateService", { ...wanted, serviceName: "other" }), refused);
});

test("services and tasks are listed by launch type", async () => {
  const world = await withService();
  await world.call("CreateService", service({ launchType: "EC2", desiredCount: 0 }));
  const names = async (launchType: string) =>
    (await world.call("ListServices", { launchType })).serviceArns.map((arn: string) => arn.split("/").at(-1));
  assert.deepEqual([await names("FARGATE"), await names("EC2")], [["web"], ["other"]]);
  assert.equal((await world.call("ListTasks", { launchType: "FARGATE" })).taskArns.length, 1);
  assert.deepEqual((await world.call("ListTasks", { launchType: "EC2" })).taskArns, []);
});
