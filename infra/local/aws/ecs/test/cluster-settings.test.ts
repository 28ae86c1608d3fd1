import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../protocol/service.js";
import { createVirtualEcs, NETWORK, taskDefinition, type VirtualEcs } from "./virtual-ecs.js";

const insights = (value: string) => [{ name: "containerInsights", value }];
const SPOT = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }];

async function withCluster(more: JsonObject = {}): Promise<VirtualEcs> {
  const world = await createVirtualEcs();
  await world.call("CreateCluster", { clusterName: "c", ...more });
  return world;
}

const described = async ({ call }: VirtualEcs, include = ["SETTINGS", "CONFIGURATIONS"]) =>
  (await call("DescribeClusters", { clusters: ["c"], include })).clusters[0];

test("a cluster's settings are changed by either operation and returned with include SETTINGS", async () => {
  const world = await withCluster();
  assert.deepEqual((await described(world)).settings, insights("disabled"));
  const changed = await world.call("UpdateClusterSettings", { cluster: "c", settings: insights("enhanced") });
  assert.deepEqual(changed.cluster.settings, insights("enhanced"));
  const configuration = { executeCommandConfiguration: { logging: "NONE" } };
  const { cluster } = await world.call("UpdateCluster", { cluster: "c", settings: insights("enabled"), configuration });
  assert.deepEqual([cluster.settings, cluster.configuration], [insights("enabled"), configuration]);
  const plain = await described(world, []);
  assert.deepEqual([plain.settings, plain.configuration], [[], undefined]);
});

test("UpdateCluster keeps members that the request omits", async () => {
  const world = await withCluster({ settings: insights("enabled") });
  await world.call("UpdateCluster", { cluster: "c", serviceConnectDefaults: { namespace: "n" } });
  const { settings, serviceConnectDefaults } = await described(world);
  assert.deepEqual([settings, serviceConnectDefaults], [insights("enabled"), { namespace: "n" }]);
});

const REFUSED: [string, string, JsonObject, { code: string }][] = [
  ["an unknown cluster", "UpdateCluster", { cluster: "none" }, { code: "ClusterNotFoundException" }],
  [
    "an unknown cluster",
    "UpdateClusterSettings",
    { cluster: "none", settings: insights("enabled") },
    { code: "ClusterNotFoundException" },
  ],
  ["no setting", "UpdateClusterSettings", { cluster: "c", settings: [] }, { code: "InvalidParameterException" }],
  [
    "an unknown setting",
    "UpdateClusterSettings",
    { cluster: "c", settings: [{ name: "other", value: "on" }] },
    { code: "InvalidParameterException" },
  ],
  [
    "an unknown value",
    "UpdateCluster",
    { cluster: "c", settings: insights("on") },
    { code: "InvalidParameterException" },
  ],
  [
    "an unknown value",
    "CreateCluster",
    { clusterName: "d", settings: insights("on") },
    { code: "InvalidParameterException" },
  ],
  [
    "an unknown provider",
    "CreateCluster",
    { clusterName: "d", capacityProviders: ["mine"] },
    { code: "InvalidParameterException" },
  ],
  [
    "an unknown provider",
    "PutClusterCapacityProviders",
    { cluster: "c", capacityProviders: ["mine"], defaultCapacityProviderStrategy: [] },
    { code: "InvalidParameterException" },
  ],
  [
    "a default that is not associated",
    "PutClusterCapacityProviders",
    { cluster: "c", capacityProviders: ["FARGATE"], defaultCapacityProviderStrategy: SPOT },
    { code: "InvalidParameterException" },
  ],
];

for (const [what, operation, input, error] of REFUSED) {
  test(`${operation} with ${what} is rejected and changes nothing`, async () => {
    const world = await withCluster();
    const before = await described(world);
    await assert.rejects(world.call(operation, input), error);
    assert.deepEqual(await described(world), before);
    assert.equal((await world.call("ListClusters")).clusterArns.length, 1);
  });
}

test("a cluster's capacity providers and their default are replaced, unless a service uses a removed one", async () => {
  const world = await withCluster();
  const put = (capacityProviders: string[], defaultCapacityProviderStrategy: JsonObject[] = []) =>
    world.call("PutClusterCapacityProviders", { cluster: "c", capacityProviders, defaultCapacityProviderStrategy });
  const { cluster } = await put(["FARGATE", "FARGATE_SPOT"], SPOT);
  assert.deepEqual(cluster.capacityProviders, ["FARGATE", "FARGATE_SPOT"]);
  assert.deepEqual(cluster.defaultCapacityProviderStrategy, [{ ...SPOT[0], base: 0 }]);
  await world.call("RegisterTaskDefinition", taskDefinition("good:1"));
  await world.call("CreateService", {
    cluster: "c",
    serviceName: "web",
    taskDefinition: "web",
    networkConfiguration: NETWORK,
  });
  await assert.rejects(put(["FARGATE"]), { code: "ResourceInUseException", message: /in use and cannot be removed/ });
});

test("Fargate's capacity providers are described by name and ARN, others are missing", async () => {
  const { call } = await createVirtualEcs();
  const all = await call("DescribeCapacityProviders");
  assert.deepEqual(
    all.capacityProviders.map(({ name, status }: JsonObject) => [name, status]),
    [
      ["FARGATE", "ACTIVE"],
      ["FARGATE_SPOT", "ACTIVE"],
    ],
  );
  const { capacityProviders, failures } = await call("DescribeCapacityProviders", {
    capacityProviders: [all.capacityProviders[1].capacityProviderArn, "mine"],
  });
  assert.deepEqual([capacityProviders.length, capacityProviders[0].name], [1, "FARGATE_SPOT"]);
  assert.deepEqual(failures, [{ arn: "arn:aws:ecs:us-west-2:123456789012:capacity-provider/mine", reason: "MISSING" }]);
});
