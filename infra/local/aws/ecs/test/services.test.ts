import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import { CALLER, createVirtualEcs, NETWORK, TARGET_GROUP, withService } from "./virtual-ecs.js";

const service = (more: JsonObject = {}): JsonObject => ({
  serviceName: "other",
  taskDefinition: "web",
  desiredCount: 1,
  launchType: "FARGATE",
  networkConfiguration: NETWORK,
  ...more,
});

const REFUSED: [string, JsonObject, { code: string; message: string | RegExp }][] = [
  ["an unknown cluster", { cluster: "none" }, { code: "ClusterNotFoundException", message: "Cluster not found." }],
  [
    "an unknown revision",
    { taskDefinition: "web:9" },
    { code: "ClientException", message: "TaskDefinition not found." },
  ],
  [
    "no network",
    { networkConfiguration: {} },
    { code: "InvalidParameterException", message: /Network Configuration must be provided/ },
  ],
  [
    "a daemon",
    { schedulingStrategy: "DAEMON" },
    { code: "InvalidParameterException", message: /daemon scheduling strategy/ },
  ],
  [
    "another controller",
    { deploymentController: { type: "CODE_DEPLOY" } },
    { code: "InvalidParameterException", message: /CODE_DEPLOY/ },
  ],
  ["a negative count", { desiredCount: -1 }, { code: "InvalidParameterException", message: /desired count/ }],
  ["a name with a dot", { serviceName: "a.b" }, { code: "InvalidParameterException", message: /Invalid serviceName/ }],
  [
    "percents that block every deployment",
    { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } },
    { code: "InvalidParameterException", message: /will block deployments/ },
  ],
  [
    "a port that the container does not have",
    { loadBalancers: [{ targetGroupArn: TARGET_GROUP, containerName: "app", containerPort: 80 }] },
    { code: "InvalidParameterException", message: "The container app did not have a container port 80 defined." },
  ],
  [
    "a grace period without a load balancer",
    { healthCheckGracePeriodSeconds: 10 },
    { code: "InvalidParameterException", message: /only valid for services configured to use load balancers/ },
  ],
  [
    "the name of another service",
    { serviceName: "web" },
    { code: "InvalidParameterException", message: /not idempotent/ },
  ],
];

for (const [what, more, refused] of REFUSED) {
  test(`a service with ${what} is rejected`, async () => {
    const { call } = await withService();
    await assert.rejects(call("CreateService", service(more)), refused);
    assert.equal((await call("ListServices")).serviceArns.length, 1);
  });
}

test("an inactive revision can't be the target of an update, and the service does not change", async () => {
  const world = await withService();
  const taskDefinition = await world.register("good:2");
  await world.call("DeregisterTaskDefinition", { taskDefinition });
  const refused = { code: "ClientException", message: "TaskDefinition is inactive" };
  await assert.rejects(world.call("UpdateService", { service: "web", taskDefinition }), refused);
  assert.equal((await world.service()).deployments.length, 1);
});

test("a service whose revision has become inactive can still be scaled", async () => {
  const world = await withService();
  await world.call("DeregisterTaskDefinition", { taskDefinition: world.first });
  await world.call("UpdateService", { service: "web", desiredCount: 2 });
  world.clock.advance(120_000);
  assert.equal((await world.service()).runningCount, 2);
});

test("an unknown service is MISSING to describe and not found to update", async () => {
  const { call } = await withService();
  const { services, failures } = await call("DescribeServices", { services: ["none"] });
  assert.deepEqual(services, []);
  assert.deepEqual(failures, [{ arn: "arn:aws:ecs:us-west-2:123456789012:service/default/none", reason: "MISSING" }]);
  await assert.rejects(call("UpdateService", { service: "none" }), { code: "ServiceNotFoundException" });
});

test("a service above 0 is deleted only by force; it drains, then is INACTIVE, and its name is free again", async () => {
  const world = await withService();
  await assert.rejects(world.call("DeleteService", { service: "web" }), /cannot be stopped while it is scaled above 0/);
  await world.call("DeleteService", { service: "web", force: true });
  assert.equal((await world.service()).status, "DRAINING");
  await assert.rejects(world.call("CreateService", service({ serviceName: "web" })), /still Draining/);
  world.clock.advance(60_000);
  assert.equal((await world.service()).status, "INACTIVE");
  await assert.rejects(world.call("UpdateService", { service: "web" }), { code: "ServiceNotActiveException" });
  await world.call("CreateService", service({ serviceName: "web" }));
  assert.equal((await world.service()).status, "ACTIVE");
});

test("services are listed in pages of ten, and at most ten are described at once", async () => {
  const { call } = await withService();
  for (let i = 0; i < 11; i++) await call("CreateService", service({ serviceName: `s${i}`, desiredCount: 0 }));
  const first = await call("ListServices");
  const second = await call("ListServices", { nextToken: first.nextToken });
  assert.deepEqual([first.serviceArns.length, second.serviceArns.length, second.nextToken], [10, 2, undefined]);
  const services = [...first.serviceArns, ...second.serviceArns];
  await assert.rejects(call("DescribeServices", { services }), /up to 10 services/);
  await assert.rejects(call("ListServices", { nextToken: "made-up" }), { message: "Invalid token." });
});

test("service deployments are filtered by status and by time", async () => {
  const world = await withService();
  const before = world.clock.now() / 1_000;
  world.clock.advance(60_000);
  await world.call("UpdateService", { service: "web", forceNewDeployment: true });
  world.clock.advance(6_000);
  const list = async (filter: JsonObject) =>
    (await world.call("ListServiceDeployments", { service: "web", ...filter })).serviceDeployments.map(
      (each: { status: string }) => each.status,
    );
  assert.deepEqual(await list({}), ["PENDING", "SUCCESSFUL"]);
  assert.deepEqual(await list({ status: ["SUCCESSFUL"] }), ["SUCCESSFUL"]);
  assert.deepEqual(await list({ createdAt: { after: before } }), ["PENDING"]);
  assert.deepEqual(await list({ createdAt: { before } }), ["SUCCESSFUL"]);
});

test("service deployments are listed in pages of twenty, and an ARN of the service names its cluster", async () => {
  const world = await withService();
  await world.call("CreateCluster", { clusterName: "other" });
  await world.call("CreateService", service({ cluster: "other", serviceName: "web" }));
  for (let i = 0; i < 20; i++) {
    await world.call("UpdateService", { cluster: "other", service: "web", forceNewDeployment: true });
  }
  world.clock.advance(6_000);
  const list = (more: JsonObject = {}) =>
    world.call("ListServiceDeployments", { service: "arn:aws:ecs:us-west-2:123456789012:service/other/web", ...more });
  const first = await list();
  const second = await list({ nextToken: first.nextToken });
  const counts = [first, second, await list({ maxResults: 100 })].map((each) => each.serviceDeployments.length);
  assert.deepEqual([...counts, second.nextToken], [20, 1, 21, undefined]);
  await assert.rejects(list({ cluster: "default" }), /Identifier is for cluster other/);
});

test("an unknown enumerated value is rejected with the accepted ones", async () => {
  const { call } = await withService();
  const refused: [string, JsonObject, RegExp][] = [
    ["ListTasks", { desiredStatus: "DONE" }, /desiredStatus 'DONE': .*RUNNING.*STOPPED/],
    ["ListServiceDeployments", { service: "web", status: ["DONE"] }, /status 'DONE': .*ROLLBACK_SUCCESSFUL/],
    ["StopServiceDeployment", { serviceDeploymentArn: "x", stopType: "KILL" }, /stopType 'KILL': .*ABORT.*ROLLBACK/],
    ["ListTaskDefinitions", { sort: "UP" }, /sort 'UP': ASC, DESC are accepted/],
    ["ListTaskDefinitionFamilies", { status: "OLD" }, /status 'OLD': .*ACTIVE/],
  ];
  for (const [operation, input, message] of refused) {
    await assert.rejects(call(operation, input), { code: "InvalidParameterException", message });
  }
});

test("another region or account has none of its resources", async () => {
  const { call } = await withService();
  for (const caller of [
    { ...CALLER, region: "eu-west-1" },
    { ...CALLER, accountId: "210987654321" },
  ]) {
    await assert.rejects(call("DescribeServices", { services: ["web"] }, caller), { code: "ClusterNotFoundException" });
    assert.deepEqual((await call("ListTaskDefinitions", {}, caller)).taskDefinitionArns, []);
    const cluster = "arn:aws:ecs:us-west-2:123456789012:cluster/default";
    await assert.rejects(call("ListServices", { cluster }, caller), { code: "ClusterNotFoundException" });
  }
});

test("a cluster is created once, counts its services and tasks, and is deleted only when it is empty", async () => {
  const world = await withService();
  await world.call("CreateCluster");
  const { clusters } = await world.call("DescribeClusters", { clusters: ["default", "none"] });
  assert.deepEqual([clusters.length, clusters[0].activeServicesCount, clusters[0].runningTasksCount], [1, 1, 1]);
  await assert.rejects(world.call("DeleteCluster", { cluster: "default" }), {
    code: "ClusterContainsServicesException",
  });
  await world.call("DeleteService", { service: "web", force: true });
  world.clock.advance(60_000);
  assert.equal((await world.call("DeleteCluster", { cluster: "default" })).cluster.status, "INACTIVE");
  assert.deepEqual((await world.call("ListClusters")).clusterArns, []);
});

test("tags are added, replaced and removed by key; reserved keys are rejected", async () => {
  const { call } = await createVirtualEcs();
  const { cluster } = await call("CreateCluster", { tags: [{ key: "a", value: "1" }] });
  const resourceArn = cluster.clusterArn;
  await call("TagResource", {
    resourceArn,
    tags: [
      { key: "a", value: "2" },
      { key: "b", value: "3" },
    ],
  });
  await call("UntagResource", { resourceArn, tagKeys: ["b"] });
  assert.deepEqual(await call("ListTagsForResource", { resourceArn }), { tags: [{ key: "a", value: "2" }] });
  await assert.rejects(call("TagResource", { resourceArn, tags: [{ key: "aws:x", value: "" }] }), /reserved/);
  await assert.rejects(call("ListTagsForResource", { resourceArn: "arn:aws:s3:::b" }), /Invalid resource ARN/);
});
