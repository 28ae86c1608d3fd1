import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DescribeAccountLimitsCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { createSimulatedLoadBalancer } from "../../ecs/simulated-tasks/simulated-load-balancer.js";
import { createSimulatedRuntime } from "../../ecs/simulated-tasks/simulated-runtime.js";
import { createWebService, TARGET_GROUP } from "../../ecs/test/virtual-ecs.js";
import { createInProcessAws } from "../../in-process.js";
import { rehearsalSettings } from "../../load-balancer/settings.js";
import type { JsonObject } from "../../protocol/service.js";
import { createVirtualClock } from "../../virtual-clock.js";

/** A service of two tasks behind a target group; the second task never gets well. */
async function balanced(settings = {}) {
  const clock = createVirtualClock();
  let count = 0;
  const reason = "Health checks failed with these codes: [503]";
  const aws = await createInProcessAws({
    clock,
    runtime: createSimulatedRuntime(clock, () => ({ pull: 5_000 })),
    loadBalancer: createSimulatedLoadBalancer(
      clock,
      () => (count++ === 0 ? { drain: 60_000 } : { health: [{ after: 1_000, state: "unhealthy", reason }] }),
      { ...rehearsalSettings, healthCheckTimeout: 4_000, deregistrationDelay: 300_000, ...settings },
    ),
  });
  await createWebService(aws, {
    desiredCount: 2,
    healthCheckGracePeriodSeconds: 3_600,
    loadBalancers: [{ targetGroupArn: TARGET_GROUP, containerName: "app", containerPort: 5000 }],
  });
  clock.advance(90_000);
  const { credentials, requestHandler } = aws;
  const elb = new ElasticLoadBalancingV2Client({ region: "us-west-2", credentials, requestHandler, maxAttempts: 1 });
  return { aws, clock, elb };
}

const group = { TargetGroupArn: TARGET_GROUP };

test("a target group shows the health check and the delay that the load balancer has", async () => {
  const { elb } = await balanced();
  const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [TARGET_GROUP] }));
  const [shown] = TargetGroups ?? [];
  assert.deepEqual(
    [shown?.TargetGroupName, shown?.Port, shown?.TargetType, shown?.HealthCheckPath, shown?.Matcher?.HttpCode],
    ["web", 5000, "ip", "/healthz", "200"],
  );
  assert.deepEqual(
    [shown?.HealthCheckIntervalSeconds, shown?.HealthCheckTimeoutSeconds, shown?.HealthyThresholdCount],
    [1, 4, 2],
  );
  const { Attributes } = await elb.send(new DescribeTargetGroupAttributesCommand(group));
  assert.equal(Attributes?.find(({ Key }) => Key === "deregistration_delay.timeout_seconds")?.Value, "300");
});

test("the targets of tasks on a container instance are ports of the instance", async () => {
  const { aws, clock, elb } = await balanced();
  const call = (operation: string, input: JsonObject = {}) => aws.call("ecs", operation, input);
  const { containerInstance } = await call("RegisterContainerInstance");
  const { ec2InstanceId } = containerInstance as JsonObject;
  const container = { name: "app", image: "good:1", memory: 64, portMappings: [{ containerPort: 80 }] };
  await call("RegisterTaskDefinition", { family: "ec2", containerDefinitions: [container] });
  const targetGroupArn = TARGET_GROUP.replace("/web/", "/ec2/");
  await call("CreateService", {
    serviceName: "ec2",
    taskDefinition: "ec2",
    desiredCount: 1,
    launchType: "EC2",
    healthCheckGracePeriodSeconds: 3_600,
    loadBalancers: [{ targetGroupArn, containerName: "app", containerPort: 80 }],
  });
  clock.advance(60_000);
  const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ Names: ["ec2"] }));
  assert.equal(TargetGroups?.[0]?.TargetType, "instance");
  const targets = [{ Id: String(ec2InstanceId), Port: 32_768 }];
  for (const input of [{}, { Targets: targets }]) {
    const found = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn, ...input }));
    assert.deepEqual(
      found.TargetHealthDescriptions?.map(({ Target }) => Target),
      targets,
    );
  }
});

test("all target groups of the region are listed, or those that are named", async () => {
  const { elb } = await balanced();
  assert.equal((await elb.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.length, 1);
  assert.equal((await elb.send(new DescribeTargetGroupsCommand({ Names: ["web"] }))).TargetGroups?.length, 1);
});

test("targets show their health in ELB's words, also while they drain", async () => {
  const { aws, clock, elb } = await balanced();
  const health = async () =>
    ((await elb.send(new DescribeTargetHealthCommand(group))).TargetHealthDescriptions ?? []).map(
      ({ TargetHealth }) => [TargetHealth?.State, TargetHealth?.Reason, TargetHealth?.Description],
    );
  const sick = ["unhealthy", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"];
  assert.deepEqual(await health(), [["healthy", undefined, undefined], sick]);
  await aws.call("ecs", "UpdateService", { service: "web", desiredCount: 0 });
  clock.advance(30_000);
  assert.deepEqual(await health(), [
    ["draining", "Target.DeregistrationInProgress", "Target deregistration is in progress"],
  ]);
  clock.advance(60_000);
  assert.deepEqual(await health(), []);
});

test("one target is selected by its address and port", async () => {
  const { elb } = await balanced();
  const all = (await elb.send(new DescribeTargetHealthCommand(group))).TargetHealthDescriptions ?? [];
  const Id = all[0]?.Target?.Id ?? "";
  const count = async (Port: number) =>
    (await elb.send(new DescribeTargetHealthCommand({ ...group, Targets: [{ Id, Port }] }))).TargetHealthDescriptions
      ?.length;
  assert.deepEqual([all.length, await count(5000), await count(80)], [2, 1, 0]);
});

test("a target group that no service names is not found, nor one of another region", async () => {
  const { elb, aws } = await balanced();
  const none = { TargetGroupArn: TARGET_GROUP.replace("/web/", "/none/") };
  const notFound = { name: "TargetGroupNotFoundException", message: "One or more target groups not found" };
  await assert.rejects(elb.send(new DescribeTargetHealthCommand(none)), notFound);
  await assert.rejects(elb.send(new DescribeTargetGroupsCommand({ Names: ["none"] })), notFound);
  const elsewhere = { region: "eu-west-1" };
  await assert.rejects(aws.call("elasticloadbalancing", "DescribeTargetHealth", group, elsewhere), /not found/);
});

test("there is one load balancer, whose listener leads to the target groups", async () => {
  const { elb } = await balanced();
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
  const [{ LoadBalancerArn, DNSName, State, Type, LoadBalancerName: name = "" } = {}] = LoadBalancers ?? [];
  assert.deepEqual([LoadBalancers?.length, DNSName, State?.Code, Type], [1, "127.0.0.1", "active", "application"]);
  const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({ LoadBalancerArn }));
  assert.deepEqual(TargetGroups?.[0]?.LoadBalancerArns, [LoadBalancerArn]);
  assert.equal((await elb.send(new DescribeLoadBalancersCommand({ Names: [name] }))).LoadBalancers?.length, 1);

  const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
  const [listener] = Listeners ?? [];
  assert.deepEqual([listener?.Port, listener?.Protocol, listener?.LoadBalancerArn], [1, "HTTP", LoadBalancerArn]);
  assert.equal(listener?.DefaultActions?.[0]?.TargetGroupArn, TARGET_GROUP);
  const { ListenerArn } = listener ?? {};
  const named = await elb.send(new DescribeListenersCommand({ ListenerArns: [ListenerArn ?? ""] }));
  assert.deepEqual(named.Listeners, Listeners);

  const { Rules } = await elb.send(new DescribeRulesCommand({ ListenerArn }));
  assert.deepEqual(
    Rules?.map(({ Priority, IsDefault, Conditions, Actions }) => [
      Priority,
      IsDefault,
      Conditions?.[0]?.HostHeaderConfig?.Values,
      Actions?.[0]?.TargetGroupArn,
    ]),
    [
      ["1", false, ["web", "web.*"], TARGET_GROUP],
      ["default", true, undefined, TARGET_GROUP],
    ],
  );
  const ResourceArns = [LoadBalancerArn ?? "", TARGET_GROUP, ListenerArn ?? "", Rules?.[0]?.RuleArn ?? ""];
  const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns }));
  assert.deepEqual(
    TagDescriptions?.map(({ ResourceArn }) => ResourceArn),
    ResourceArns,
  );
});

test("another load balancer, listener or rule is not found", async () => {
  const { elb } = await balanced();
  const arn = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/other/1";
  const balancer = { name: "LoadBalancerNotFoundException", message: "One or more load balancers not found" };
  await assert.rejects(elb.send(new DescribeLoadBalancersCommand({ Names: ["other"] })), balancer);
  await assert.rejects(elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] })), balancer);
  await assert.rejects(elb.send(new DescribeListenersCommand({ LoadBalancerArn: arn })), balancer);
  await assert.rejects(elb.send(new DescribeTargetGroupsCommand({ LoadBalancerArn: arn })), balancer);
  await assert.rejects(elb.send(new DescribeTagsCommand({ ResourceArns: [arn] })), balancer);
  const ListenerArns = [arn.replace("loadbalancer", "listener")];
  await assert.rejects(elb.send(new DescribeListenersCommand({ ListenerArns })), { name: "ListenerNotFoundException" });
  await assert.rejects(elb.send(new DescribeListenersCommand({})), { name: "ValidationError" });
  const rules = new DescribeRulesCommand({ RuleArns: [arn.replace("loadbalancer", "listener-rule")] });
  await assert.rejects(elb.send(rules), { name: "RuleNotFoundException" });
});

test("the limits of the account have AWS's names and are texts", async () => {
  const { elb } = await balanced();
  const { Limits = [] } = await elb.send(new DescribeAccountLimitsCommand({}));
  const max = Object.fromEntries(Limits.map(({ Name, Max }) => [Name, Max]));
  assert.equal(max["targets-per-target-group"], "1000");
  assert.equal(max["targets-per-availability-zone-per-network-load-balancer"], "500");
});
