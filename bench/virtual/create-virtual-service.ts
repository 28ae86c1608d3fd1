import type { JsonObject } from "../../infra/local/aws/index.js";
import { logGroup, operator, secrets, target, targetGroup } from "../scenario/fixture.js";
import type { Scenario } from "../scenario/scenario.js";
import { versionsBefore } from "../scenario/versions.js";
import type { VirtualAws } from "./virtual-aws.js";
import type { VirtualTime } from "./virtual-time.js";

const DAY = 24 * 3_600_000;

/** Creates the cluster and the service, and waits until the earlier versions have settled. */
export async function createService(scenario: Scenario, aws: VirtualAws, time: VirtualTime): Promise<void> {
  const call = (operation: string, input: JsonObject) => aws.call("ecs", operation, input, operator);
  const versions = versionsBefore(scenario);
  await call("CreateCluster", { clusterName: target.cluster });
  for (let n = 0; n < (scenario.service?.instances ?? 0); n++)
    await call("RegisterContainerInstance", { cluster: target.cluster, totalResources: [...instanceResources] });
  for (const name of scenario.service?.alarms ?? []) await makeAlarm(aws, name);
  const { deploymentConfiguration, ...rest } = serviceOf(scenario);
  for (const [index, version] of versions.entries()) {
    const taskDefinition = await registerVersion(scenario, aws, version);
    if (index === 0)
      await call("CreateService", {
        ...rest,
        taskDefinition,
        deploymentConfiguration: { ...deploymentConfiguration, ...withRoom },
      });
    else await call("UpdateService", { cluster: target.cluster, service: target.service, taskDefinition });
    if (!time.pass(() => isAtRest(aws), DAY)) throw new Error(`The service did not come to rest on ${version}.`);
  }
  // Set last: a configuration without room to replace a task, or a hook that waits for a user, must not block the first deployment.
  await call("UpdateService", { cluster: target.cluster, service: target.service, deploymentConfiguration });
  time.pass(() => false, 60_000);
}

const withRoom = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  lifecycleHooks: [],
  earlySuccessCriteria: { enable: false },
};

async function makeAlarm(aws: VirtualAws, name: string): Promise<void> {
  const settings = { Period: 60, EvaluationPeriods: 1, ComparisonOperator: "GreaterThanThreshold" };
  await aws.call("monitoring", "PutMetricAlarm", { AlarmName: name, ...settings }, operator);
  await setAlarm(aws, name, "OK");
}

export async function setAlarm(aws: VirtualAws, name: string, state: "OK" | "ALARM"): Promise<void> {
  const input = { AlarmName: name, StateValue: state, StateReason: "set" };
  await aws.call("monitoring", "SetAlarmState", input, operator);
}

/** Registers a version as another user: a copy of the family's first revision. */
export async function registerVersion(scenario: Scenario, aws: VirtualAws, version: string): Promise<string> {
  const input = taskDefinitionOf(scenario, version, aws.imageOf(version).image);
  const answer = await aws.call("ecs", "RegisterTaskDefinition", input, operator);
  return String((answer.taskDefinition as JsonObject).taskDefinitionArn);
}

/** Checks that the service is at rest: its newest deployment has ended, and the only one left is not in progress. */
export function isAtRest({ state }: VirtualAws): boolean {
  const service = Object.values(state.services)[0];
  if (!service || service.status === "INACTIVE") return true;
  const newest = state.serviceDeployments[service.serviceDeployments.at(-1) ?? ""];
  const hasEnded = ["STOPPED", "SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"].includes(newest?.status ?? "");
  return hasEnded && service.deployments.length === 1 && service.deployments[0]?.rolloutState !== "IN_PROGRESS";
}

/** The same value on every machine. */
const instanceResources = [
  { name: "CPU", type: "INTEGER", integerValue: 4096 },
  { name: "MEMORY", type: "INTEGER", integerValue: 8192 },
];

const isOnInstances = ({ instances = 0 }: NonNullable<Scenario["service"]>) => instances > 0;

function serviceOf({ service = {} }: Scenario): JsonObject & { deploymentConfiguration: JsonObject } {
  const { breaker = "rollback", check = "none", alarms = [], hooks = [], more = {} } = service;
  const { deploymentConfiguration, ...members } = more;
  const hasLoadBalancer = check === "load-balancer" || check === "both";
  return {
    cluster: target.cluster,
    serviceName: target.service,
    desiredCount: service.desiredCount ?? 1,
    ...(isOnInstances(service)
      ? { launchType: "EC2" }
      : {
          launchType: "FARGATE",
          networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] } },
        }),
    // With rebalancing, ECS accepts no service without room to replace a task.
    availabilityZoneRebalancing: "DISABLED",
    deploymentConfiguration: {
      minimumHealthyPercent: service.minimumHealthyPercent ?? 100,
      maximumPercent: service.maximumPercent ?? 200,
      deploymentCircuitBreaker: {
        enable: breaker !== "off",
        rollback: breaker === "rollback",
        ...service.breakerSettings,
      },
      ...(alarms.length > 0 && { alarms: { alarmNames: alarms, enable: true, rollback: breaker === "rollback" } }),
      ...(hooks.length > 0 && { lifecycleHooks: hooks }),
      ...(deploymentConfiguration as JsonObject | undefined),
    },
    ...(hasLoadBalancer && {
      loadBalancers: [
        { targetGroupArn: targetGroup, containerName: target.container, containerPort: target.containerPort },
      ],
      healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds ?? 0,
    }),
    ...members,
  };
}

function taskDefinitionOf({ service = {} }: Scenario, version: string, image: string): JsonObject {
  const { check = "none", container = {}, sidecars = [] } = service;
  const logs = { "awslogs-group": logGroup, "awslogs-region": target.region, "awslogs-stream-prefix": "ecs" };
  return {
    family: target.family,
    ...(isOnInstances(service)
      ? { networkMode: "bridge", requiresCompatibilities: ["EC2"] }
      : {
          networkMode: "awsvpc",
          requiresCompatibilities: ["FARGATE"],
          cpu: String(target.created.cpu),
          memory: String(target.created.memory),
        }),
    executionRoleArn: `arn:aws:iam::${target.account}:role/web-execution`,
    containerDefinitions: [
      {
        name: target.container,
        image,
        essential: true,
        ...(isOnInstances(service) && { memory: 512 }),
        portMappings: [{ containerPort: target.containerPort }],
        environment: [
          { name: "PASSWORD", value: secrets.environment },
          { name: "VERSION", value: version },
        ],
        logConfiguration: { logDriver: "awslogs", options: logs },
        ...((check === "container" || check === "both") && {
          healthCheck: { command: ["CMD-SHELL", "true"], interval: 5, retries: 3, startPeriod: 0, timeout: 2 },
        }),
        ...container,
      },
      ...sidecars,
    ],
  };
}
