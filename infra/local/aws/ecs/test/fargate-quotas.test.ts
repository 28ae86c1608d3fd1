import assert from "node:assert/strict";
import { test } from "node:test";
import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { createInProcessAws } from "../../in-process.js";
import type { JsonObject } from "../../protocol/service.js";
import { createVirtualClock } from "../../virtual-clock.js";
import { createSimulatedLoadBalancer } from "../simulated-tasks/simulated-load-balancer.js";
import { createSimulatedRuntime } from "../simulated-tasks/simulated-runtime.js";
import { createWebService, NETWORK } from "./virtual-ecs.js";

const reached = "You’ve reached the limit on the number of vCPUs you can run concurrently";

/** A service `web` of tasks of 0.25 vCPU, in an account with quotas for three of them On-Demand and one on Spot. */
async function withQuota(members: JsonObject = {}) {
  const clock = createVirtualClock();
  const aws = await createInProcessAws({
    clock,
    runtime: createSimulatedRuntime(clock, () => ({ pull: 5_000, stop: 1_000 })),
    loadBalancer: createSimulatedLoadBalancer(clock),
    fargateQuotas: { "Standard/OnDemand": 0.75, "Standard/Spot": 0.25 },
  });
  await createWebService(aws, members);
  clock.advance(120_000);
  // biome-ignore lint/suspicious/noExplicitAny: read field by field, as JSON
  const service = async () => ((await aws.call("ecs", "DescribeServices", { services: ["web"] })).services as any[])[0];
  const { credentials, requestHandler } = aws;
  const client = new CloudWatchClient({ region: "us-west-2", credentials, requestHandler, maxAttempts: 1 });
  const read = async (...queries: MetricDataQuery[]) => {
    const [StartTime, EndTime] = [new Date(clock.now() - 900_000), new Date(clock.now())];
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({ MetricDataQueries: queries, StartTime, EndTime }),
    );
    return MetricDataResults.map(({ Id, Values, StatusCode }) => [Id, Values, StatusCode]);
  };
  return { aws, clock, service, read };
}

const usage = (Id: string, Class: string, Service = "Fargate"): MetricDataQuery => {
  const dimensions = { Service, Type: "Resource", Resource: "vCPU", Class };
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: "AWS/Usage", MetricName: "ResourceCount", Dimensions };
  return { Id, MetricStat: { Metric, Period: 300, Stat: "Maximum" } };
};

test("a rollout beside the old tasks starts as many as the quota of vCPUs allows, and the rest once it has room", async () => {
  const { aws, clock, service } = await withQuota({ desiredCount: 2 });
  await aws.call("ecs", "UpdateService", { service: "web", forceNewDeployment: true });
  clock.advance(60_000);
  const [first, second] = (await service()).deployments;
  assert.deepEqual([first.runningCount + first.pendingCount, second.runningCount], [1, 2]);
  const messages = (await service()).events.map(({ message }: { message: string }) => message) as string[];
  assert.match(
    messages.find((message) => message.includes("unable")) ?? "",
    new RegExp(`^\\(service web\\) was unable to place a task. Reason: ${reached}\\. `),
  );
  // The first new task replaces an old one, whose vCPUs the second one takes.
  clock.advance(600_000);
  const { deployments } = await service();
  assert.deepEqual([deployments.length, deployments[0].rolloutState], [1, "COMPLETED"]);
});

test("On-Demand and Spot have quotas of their own", async () => {
  const base = [
    { capacityProvider: "FARGATE", base: 3, weight: 1 },
    { capacityProvider: "FARGATE_SPOT", base: 0, weight: 2 },
  ];
  const { aws, clock, service } = await withQuota({ desiredCount: 0 });
  await aws.call("ecs", "PutClusterCapacityProviders", {
    cluster: "default",
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    defaultCapacityProviderStrategy: [],
  });
  await aws.call("ecs", "UpdateService", {
    service: "web",
    desiredCount: 5,
    capacityProviderStrategy: base,
    forceNewDeployment: true,
  });
  clock.advance(120_000);
  assert.equal((await service()).runningCount, 4);
});

test("a stand-alone task that the quota has no room for is a failure", async () => {
  const { aws } = await withQuota({ desiredCount: 2 });
  const { tasks, failures } = await aws.call("ecs", "RunTask", {
    taskDefinition: "web",
    launchType: "FARGATE",
    networkConfiguration: NETWORK,
    count: 2,
  });
  assert.deepEqual([(tasks as JsonObject[]).length, failures], [1, [{ reason: reached }]]);
});

test("CloudWatch has the vCPUs of running tasks and their quota; what nothing uses has no data", async () => {
  const { read } = await withQuota({ desiredCount: 2 });
  const quota = { Id: "quota", Expression: "SERVICE_QUOTA(used)" };
  assert.deepEqual(await read({ ...usage("used", "Standard/OnDemand"), ReturnData: false }, quota), [
    ["quota", [0.75], "Complete"],
  ]);
  assert.deepEqual(
    await read(
      usage("used", "Standard/OnDemand"),
      usage("spot", "Standard/Spot"),
      usage("ec2", "Standard/OnDemand", "EC2"),
    ),
    [
      ["used", [0.5], "Complete"],
      ["spot", [], "Complete"],
      ["ec2", [], "Complete"],
    ],
  );
  assert.deepEqual(await read(usage("used", "Standard/Spot"), quota), [
    ["used", [], "Complete"],
    ["quota", [], "Complete"],
  ]);
  await assert.rejects(read(usage("used", "Standard/OnDemand"), { Id: "e", Expression: "used * 2" }), {
    message: /expression 'e': only SERVICE_QUOTA/,
  });
});
