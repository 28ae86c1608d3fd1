import type { JsonObject } from "../../infra/local/aws/index.js";
import type { CompleteTarget } from "./complete-target.js";
import type { Environment } from "./environment.js";
import { secrets } from "./fixture.js";
import type { PublishedImage } from "./images.js";
import type { Scenario } from "./scenario.js";
import { advancedConfigurationOf, targetGroupOf } from "./traffic.js";
import { imageScriptOf, versionsBefore, versionsIn } from "./versions.js";

/**
 * Creates the scenario's initial state: the images of all its versions, cluster, log group and alarms, and the service, on which the earlier
 * versions are deployed one after the other.
 */
export async function createService(scenario: Scenario, environment: Environment): Promise<void> {
  const { target, call, publish, settle } = environment;
  const { cluster, service, repository } = target;
  const { instances = 0, alarms = [] } = scenario.service ?? {};
  await call("ecr", "CreateRepository", { repositoryName: repository, imageTagMutability: "IMMUTABLE" });
  for (const version of versionsIn(scenario)) await publish(version, imageScriptOf(scenario, version));
  await call("logs", "CreateLogGroup", { logGroupName: logGroupOf(target) });
  await call("ecs", "CreateCluster", { clusterName: cluster });
  for (let n = 0; n < instances; n++)
    await call("ecs", "RegisterContainerInstance", { cluster, totalResources: [...instanceResources] });
  for (const name of alarms) await createAlarm(environment, name);
  const { deploymentConfiguration, ...rest } = serviceOf(scenario, target);
  for (const [index, version] of versionsBefore(scenario).entries()) {
    const taskDefinition = await registerVersion(scenario, environment, version);
    const configuration = { ...deploymentConfiguration, ...withRoom };
    if (index === 0)
      await call("ecs", "CreateService", { ...rest, taskDefinition, deploymentConfiguration: configuration });
    else await call("ecs", "UpdateService", { cluster, service, taskDefinition, ...strategyBefore(scenario, version) });
    await settle();
  }
  // Set last: a configuration without room to replace a task, or a hook that waits for a user, must not block the first deployment.
  const { strategy } = scenario.service ?? {};
  await call("ecs", "UpdateService", {
    cluster,
    service,
    deploymentConfiguration: { ...deploymentConfiguration, ...strategy },
  });
  limitVcpus(scenario, environment);
}

/** Set last, too: the earlier versions have room. */
function limitVcpus({ service = {}, aws = {} }: Scenario, { target, fargateQuotas }: Environment): void {
  if (aws.fargateRoom === undefined) return;
  const tasks = (service.desiredCount ?? 1) + aws.fargateRoom;
  fargateQuotas["Standard/OnDemand"] = (tasks * target.created.cpu) / 1_024;
}

/** With shifts of traffic each version runs in the other target group than the one before. Those that fail are rolled back by ROLLING. */
function strategyBefore({ service, before }: Scenario, version: string): JsonObject {
  if (service?.strategy === undefined) return {};
  const isBroken = before?.completed === false || before?.broken?.includes(version) === true;
  return {
    deploymentConfiguration: isBroken ? { strategy: "ROLLING" } : { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
  };
}

const withRoom = {
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  lifecycleHooks: [],
  earlySuccessCriteria: { enable: false },
};

/** Creates an alarm in the state OK. Only `setAlarm` changes it, because no metrics arrive. */
async function createAlarm(environment: Environment, name: string): Promise<void> {
  const metric = { Namespace: "app", MetricName: name, Statistic: "Sum", Threshold: 0 };
  const settings = { Period: 60, EvaluationPeriods: 1, ComparisonOperator: "GreaterThanThreshold" };
  await environment.call("monitoring", "PutMetricAlarm", { AlarmName: name, ...metric, ...settings });
  await setAlarm(environment, name, "OK");
}

export async function setAlarm({ call }: Environment, name: string, state: "OK" | "ALARM"): Promise<void> {
  await call("monitoring", "SetAlarmState", { AlarmName: name, StateValue: state, StateReason: "set" });
}

/** Registers a version as another user does: a copy of the family's first revision. */
export async function registerVersion(
  scenario: Scenario,
  { target, call, publish }: Environment,
  version: string,
): Promise<string> {
  const image = await publish(version, imageScriptOf(scenario, version));
  const answer = await call("ecs", "RegisterTaskDefinition", taskDefinitionOf(scenario, target, image));
  return String((answer.taskDefinition as JsonObject).taskDefinitionArn);
}

export const logGroupOf = ({ service }: CompleteTarget) => `/ecs/${service}`;

/** The same value on every machine. */
const instanceResources = [
  { name: "CPU", type: "INTEGER", integerValue: 4096 },
  { name: "MEMORY", type: "INTEGER", integerValue: 8192 },
];

const isOnInstances = ({ instances = 0 }: NonNullable<Scenario["service"]>) => instances > 0;

function serviceOf(scenario: Scenario, target: CompleteTarget): JsonObject & { deploymentConfiguration: JsonObject } {
  const { service = {} } = scenario;
  const { breaker = "rollback", check = "none", alarms = [], hooks = [], more = {} } = service;
  const { deploymentConfiguration, ...members } = more;
  const advancedConfiguration = advancedConfigurationOf(scenario, target);
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
        {
          targetGroupArn: targetGroupOf(target),
          containerName: target.container,
          containerPort: target.containerPort,
          ...(advancedConfiguration && { advancedConfiguration }),
        },
      ],
      healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds ?? 0,
    }),
    ...members,
  };
}

function taskDefinitionOf(
  { service = {} }: Scenario,
  target: CompleteTarget,
  { version, image }: PublishedImage,
): JsonObject {
  const { check = "none", container = {}, sidecars = [] } = service;
  const logs = { "awslogs-group": logGroupOf(target), "awslogs-region": target.region, "awslogs-stream-prefix": "ecs" };
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
    executionRoleArn: `arn:aws:iam::${target.account}:role/${target.service}-execution`,
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
      ...sidecars.map((sidecar) => ({ image, ...sidecar })),
    ],
  };
}
