import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeploymentConfiguration, Service } from "@aws-sdk/client-ecs";
import {
  type FargateQuotaFacts,
  fargateQuota,
  fargateQuotaTopic,
  neededTasks,
} from "../../../../lib/rollout/preflight/checks/fargate-quota.js";
import type { SharedReads } from "../../../../lib/rollout/preflight/shared-reads.js";
import { directAws } from "../../../support/direct-aws.js";
import { facts, inShort } from "../../../support/facts.js";
import { Fault } from "../../../support/fake-aws.js";
import { target } from "../../../support/scripted-ecs.js";
import { virtualClock } from "../../../support/virtual-clock.js";

const next = { cpu: "512", requiresCompatibilities: ["FARGATE"] };
const service: Service = { launchType: "FARGATE", deploymentConfiguration: { strategy: "CANARY" } };
const found = (vcpus: FargateQuotaFacts["vcpus"], of = service, desiredCount = 3) =>
  fargateQuota(facts({ service: of, next, desiredCount, vcpus }));
const usage = (used: number, quota: number) => ({ value: { FARGATE: { used, quota } } });

test("tasks that fill the quota fit, and a quarter of a vCPU more is a warning with all figures", () => {
  assert.deepEqual(found(usage(4.5, 6)), []);
  const [finding, ...others] = found(usage(4.75, 6));
  assert.deepEqual([finding?.level, others], ["warning", []]);
  assert.match(
    String(finding?.what),
    /^3 tasks of 0\.5 vCPU must start .* used 4\.75 of its 6 Fargate On-Demand vCPUs .*: 1\.5 more don't fit\. .*limit on the number of vCPUs/,
  );
  assert.match(String(finding?.fix), /--quota-code L-3032A538 --desired-value 7\. .*--strategy rolling/);
});

test("each capacity provider has its own quota, and gets its base and its part by weight", () => {
  const capacityProviderStrategy = [
    { capacityProvider: "FARGATE", base: 1, weight: 1 },
    { capacityProvider: "FARGATE_SPOT", weight: 3 },
  ];
  const mixed = { capacityProviderStrategy, deploymentConfiguration: { strategy: "LINEAR" as const } };
  assert.deepEqual(neededTasks(mixed, next, 9), { FARGATE: 3, FARGATE_SPOT: 6 });
  assert.deepEqual(neededTasks(mixed, next, 1), { FARGATE: 1 });
  const [finding, ...others] = found(
    { value: { FARGATE: { used: 5, quota: 40 }, FARGATE_SPOT: { used: 8, quota: 10 } } },
    mixed,
    9,
  );
  assert.deepEqual(others, []);
  assert.match(String(finding?.what), /^6 tasks .* used 8 of its 10 Fargate Spot vCPUs/);
  assert.match(String(finding?.fix), /L-36FBB829 --desired-value 11/);
});

test("a rolling deployment needs room for one task, where its additional tasks are many and no old one may stop first", () => {
  const rolling = (configuration: DeploymentConfiguration) => ({
    launchType: "FARGATE" as const,
    deploymentConfiguration: configuration,
  });
  assert.deepEqual(neededTasks(rolling({}), next, 7), {});
  assert.deepEqual(neededTasks(rolling({}), next, 8), { FARGATE: 1 });
  assert.deepEqual(neededTasks(rolling({ minimumHealthyPercent: 50 }), next, 8), {});
  assert.deepEqual(neededTasks(rolling({ maximumPercent: 150 }), next, 8), {});
  assert.deepEqual(found(usage(5.5, 6), rolling({}), 8), []);
  const [finding] = found(usage(5.75, 6), rolling({}), 8);
  assert.match(String(finding?.what), /^1 task of 0\.5 vCPU must start beside/);
  assert.doesNotMatch(String(finding?.fix), /--strategy/);
});

test("tasks elsewhere than on Fargate need none of its vCPUs", () => {
  const shifts = { deploymentConfiguration: { strategy: "BLUE_GREEN" as const } };
  assert.deepEqual(neededTasks({ ...shifts, launchType: "EC2" }, next, 3), {});
  assert.deepEqual(neededTasks({ ...shifts, launchType: "EXTERNAL" }, next, 3), {});
  assert.deepEqual(neededTasks({ ...shifts, launchType: "FARGATE" }, next, 0), {});
  assert.deepEqual(neededTasks(shifts, next, 3), { FARGATE: 3 });
});

function read(answer: () => object, of: Service = service) {
  const fake = directAws({ GetMetricData: answer as never });
  const session = { aws: fake.aws, target, clock: virtualClock() };
  const reading = fargateQuotaTopic.read({ session, service: of, next, desiredCount: 3 } as unknown as SharedReads);
  return { fake, reading };
}

test("one call reads usage and quota, and none is made where nothing is needed", async () => {
  const { fake, reading } = read(() => ({
    MetricDataResults: [
      { Id: "used_fargate", Values: [4.75, 5] },
      { Id: "quota_fargate", Values: [6, 6] },
    ],
  }));
  assert.deepEqual(await reading, { vcpus: { value: { FARGATE: { used: 4.75, quota: 6 } } } });
  const [{ MetricDataQueries } = {}, ...others] = fake.sent("GetMetricData");
  assert.deepEqual(others, []);
  const [used, quota] = MetricDataQueries as { MetricStat?: { Metric: object }; Expression?: string }[];
  assert.equal(quota?.Expression, "SERVICE_QUOTA(used_fargate)");
  assert.deepEqual(used?.MetricStat?.Metric, {
    Namespace: "AWS/Usage",
    MetricName: "ResourceCount",
    Dimensions: [
      { Name: "Service", Value: "Fargate" },
      { Name: "Type", Value: "Resource" },
      { Name: "Resource", Value: "vCPU" },
      { Name: "Class", Value: "Standard/OnDemand" },
    ],
  });
  const none = read(() => ({}), { launchType: "FARGATE" });
  assert.deepEqual([await none.reading, none.fake.calls], [{ vcpus: { value: {} } }, []]);
});

test("without data, or without the permission, it is not checked", async () => {
  const { reading } = read(() => ({ MetricDataResults: [{ Id: "used_fargate", Values: [] }] }));
  const findings = found((await reading).vcpus);
  assert.deepEqual(inShort(findings), ["not-checked fargate-quota"]);
  assert.match(String(findings[0]?.what), /no usage of the last 15 minutes/);
  const message = "User: x is not authorized to perform: cloudwatch:GetMetricData on resource: y";
  const denied = await read(() => new Fault("AccessDenied", message)).reading;
  const [finding] = found(denied.vcpus);
  assert.equal(finding?.level, "not-checked");
  assert.match(String(finding?.what), /cloudwatch:GetMetricData is not permitted/);
  assert.match(String(finding?.fix), /Allow cloudwatch:GetMetricData/);
});
