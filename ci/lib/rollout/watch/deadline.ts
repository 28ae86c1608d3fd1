import type { DeploymentConfiguration, DeploymentLifecycleHook, Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../../aws/raw-task-definition.js";
import type { Known } from "../../aws/try-read.js";
import { objects } from "../../ecs/containers.js";
import type { TargetGroup } from "./target-groups.js";

/** How long a rollout may take, and what that is made of, for people. */
export interface TimeLimit {
  ms: number;
  parts: string[];
}

/**
 * How long a rollout of this service may take before it is called undecided: what its settings make it wait for, round by round, and
 * besides that as long as ECS needs at the most to give up on tasks that can't start. Pure.
 * @param targetGroups Where they could not be read, what ELB does by default counts.
 */
export function rolloutTimeLimit(
  service: Service,
  taskDefinition: JsonObject,
  targetGroups: Known<readonly TargetGroup[]>,
): TimeLimit {
  const { deploymentConfiguration: configuration = {}, desiredCount = 0 } = service;
  const rounds = roundsOf(configuration, desiredCount);
  const known = targetTimes(service, targetGroups);
  const healthy = Math.max(
    service.healthCheckGracePeriodSeconds ?? 0,
    ...objects(taskDefinition.containerDefinitions).map(containerCheck),
    ...known.map(({ healthySeconds }) => healthySeconds),
    withoutChecks,
  );
  const leaving = drainSeconds(known);
  const stopping = stopSeconds(taskDefinition);
  const round = starting + healthy + leaving + stopping;
  const baking = (configuration.bakeTimeInMinutes ?? 0) * 60;
  const hooks = (configuration.lifecycleHooks ?? []).reduce((sum, hook) => sum + hookSeconds(hook), 0);
  const launching = Math.ceil(desiredCount / fargatePerMinute) * 60;
  const seconds = givingUp + rounds * round + launching + baking + hooks;
  const parts = [
    `${minutes(givingUp)} for tasks that can't start`,
    `${rounds} ${rounds === 1 ? "round" : "rounds"} of ${minutes(round)} (start, health ${healthy} s, drain ${leaving} s, stop ${stopping} s)`,
    ...(launching > 60 ? [`${minutes(launching)} to launch`] : []),
    ...(baking > 0 ? [`${minutes(baking)} of bake time`] : []),
    ...(hooks > 0 ? [`${minutes(hooks)} for hooks`] : []),
  ];
  return { ms: seconds * 1000, parts };
}

/**
 * Maximum time in seconds that an old task takes from being let go to its end: its connections drain, and then its containers stop. Pure.
 * @param targetGroups Where they could not be read, ELB's default counts.
 */
export function shutdownSeconds(
  service: Service,
  taskDefinition: JsonObject,
  targetGroups: Known<readonly TargetGroup[]>,
): number {
  return drainSeconds(targetTimes(service, targetGroups)) + stopSeconds(taskDefinition);
}

function targetTimes(service: Service, targetGroups: Known<readonly TargetGroup[]>): TargetTimes[] {
  if ("value" in targetGroups) return targetGroups.value.map(timesOf);
  return (service.loadBalancers?.length ?? 0) > 0 ? [elbDefaults] : [];
}

function drainSeconds(times: readonly TargetTimes[]): number {
  return Math.max(0, ...times.map(({ deregistrationDelaySeconds }) => deregistrationDelaySeconds));
}

function stopSeconds({ containerDefinitions }: JsonObject): number {
  return Math.max(0, ...objects(containerDefinitions).map(stopTimeout));
}

/** Seconds. An image that does not exist was given up after 11:44 at threshold 3 on a real account, and a start is retried for longer when it fails late. */
const givingUp = 15 * 60;
/** Seconds from a task's start to RUNNING: up to 95 s were seen on Fargate, and large images take longer to pull. */
const starting = 180;
/** Seconds. Without any check a task counts as healthy then: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html */
const withoutChecks = 40;
/** What of a target group makes a rollout longer, in seconds. */
interface TargetTimes {
  deregistrationDelaySeconds: number;
  /** Until a new target counts as healthy, at the most. */
  healthySeconds: number;
}

function timesOf({ deregistrationDelaySeconds, healthCheck }: TargetGroup): TargetTimes {
  const { intervalSeconds, timeoutSeconds, healthyThreshold } = healthCheck;
  return { deregistrationDelaySeconds, healthySeconds: intervalSeconds * healthyThreshold + timeoutSeconds };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html: five checks, 30 s apart. */
const elbDefaults: TargetTimes = { deregistrationDelaySeconds: 300, healthySeconds: 150 };
/** Tasks that Fargate starts in a minute for one service. */
const fargatePerMinute = 500;
/** Minutes for a hook that sets no time of its own. ECS gives it a day, but one run of a Lambda function takes no longer than this. */
const hookMinutes = 15;

/** How many times old tasks have to make room for new ones, by the service's percents. */
function roundsOf(
  { minimumHealthyPercent = 100, maximumPercent = 200, strategy = "ROLLING" }: DeploymentConfiguration,
  desiredCount: number,
): number {
  if (desiredCount === 0 || strategy !== "ROLLING") return 1;
  const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
  const most = Math.floor((desiredCount * maximumPercent) / 100);
  return Math.ceil(desiredCount / Math.max(1, most - least));
}

/** Seconds until a container's own check calls it healthy or not, at the most; defaults as in the API's reference. */
function containerCheck({ healthCheck }: JsonObject): number {
  if (typeof healthCheck !== "object" || healthCheck === null || Array.isArray(healthCheck)) return 0;
  const { startPeriod, interval, timeout, retries } = healthCheck;
  return Number(startPeriod ?? 0) + (Number(interval ?? 30) + Number(timeout ?? 5)) * Number(retries ?? 3);
}

function stopTimeout({ stopTimeout: seconds }: JsonObject): number {
  return Number(seconds ?? 30);
}

/** A hook that waits for a person is told as `paused` at once, and takes none of the time. */
function hookSeconds({ targetType, timeoutConfiguration }: DeploymentLifecycleHook): number {
  return targetType === "PAUSE" ? 0 : (timeoutConfiguration?.timeoutInMinutes ?? hookMinutes) * 60;
}

function minutes(seconds: number): string {
  return `${Math.round(seconds / 6) / 10} min`;
}
