import type { DeploymentConfiguration, DeploymentLifecycleHook, Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../../aws/raw-task-definition.js";
import type { Readable } from "../../common/readable.js";
import { objects } from "../../ecs/containers.js";
import {
  hookCallSeconds,
  isNetworkBalanced,
  networkShiftSeconds,
  type ShiftPlan,
  shiftPlanOf,
} from "../../ecs/shift-plan.js";
import type { TargetGroup } from "./target-groups.js";

/** Maximum time of a rollout, in milliseconds, and its parts as texts for people. */
export interface TimeLimit {
  ms: number;
  parts: string[];
}

/**
 * Computes the maximum time of a rollout of this service: the waits that its settings cause in each round, plus the maximum time that ECS
 * needs to give up on tasks that can't start. Pure.
 * @param targetGroups When they could not be read, ELB's defaults apply.
 */
export function rolloutTimeLimit(
  service: Service,
  taskDefinition: JsonObject,
  targetGroups: Readable<readonly TargetGroup[]>,
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
  const plan = shiftPlanOf(configuration);
  const steps = plan?.weights.length ?? 1;
  const waits = (steps - 1) * (plan?.stepSeconds ?? 0);
  const networkShifts = networkSeconds(service, plan);
  const hooks = (configuration.lifecycleHooks ?? []).reduce((sum, hook) => sum + hookSeconds(hook, steps), 0);
  const launching = Math.ceil(desiredCount / fargatePerMinute) * 60;
  const seconds = givingUp + rounds * round + launching + waits + networkShifts + baking + hooks;
  const parts = [
    `${minutes(givingUp)} for tasks that can't start`,
    `${rounds} ${rounds === 1 ? "round" : "rounds"} of ${minutes(round)} (start, health ${healthy} s, drain ${leaving} s, stop ${stopping} s)`,
    ...(launching > 60 ? [`${minutes(launching)} to launch`] : []),
    ...(waits > 0 ? [`${minutes(waits)} between ${steps} traffic shifts`] : []),
    ...(networkShifts > 0 ? [`${minutes(networkShifts)} for the Network Load Balancer`] : []),
    ...(baking > 0 ? [`${minutes(baking)} of bake time`] : []),
    ...(hooks > 0 ? [`${minutes(hooks)} for hooks`] : []),
  ];
  return { ms: seconds * 1000, parts };
}

/**
 * Maximum time from the deregistration of an old task to its end, in seconds: its connections drain, then its containers stop. Pure.
 * @param targetGroups When they could not be read, ELB's defaults apply.
 */
export function shutdownSeconds(
  service: Service,
  taskDefinition: JsonObject,
  targetGroups: Readable<readonly TargetGroup[]>,
): number {
  return drainSeconds(targetTimes(service, targetGroups)) + stopSeconds(taskDefinition);
}

function targetTimes(service: Service, targetGroups: Readable<readonly TargetGroup[]>): TargetTimes[] {
  if ("value" in targetGroups) return targetGroups.value.map(timesOf);
  return (service.loadBalancers?.length ?? 0) > 0 ? [elbDefaults] : [];
}

function drainSeconds(times: readonly TargetTimes[]): number {
  return Math.max(0, ...times.map(({ deregistrationDelaySeconds }) => deregistrationDelaySeconds));
}

function stopSeconds({ containerDefinitions }: JsonObject): number {
  return Math.max(0, ...objects(containerDefinitions).map(stopTimeout));
}

/**
 * Seconds. On a real account ECS gave up on an image that does not exist after 11 min 44 s at threshold 3; starts that fail late
 * are retried for longer.
 */
const givingUp = 15 * 60;
/** Seconds from a task's start to RUNNING: up to 95 s were measured on Fargate, and large images take longer to pull. */
const starting = 180;
/** Seconds after which a task without a health check counts as healthy: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html */
const withoutChecks = 40;
/** Times of a target group that extend a rollout, in seconds. */
interface TargetTimes {
  deregistrationDelaySeconds: number;
  /** Maximum time until a new target counts as healthy. */
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

/** Number of rounds in which new tasks replace old ones, from the service's minimum and maximum percent. */
function roundsOf(
  { minimumHealthyPercent = 100, maximumPercent = 200, strategy = "ROLLING" }: DeploymentConfiguration,
  desiredCount: number,
): number {
  if (desiredCount === 0 || strategy !== "ROLLING") return 1;
  const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
  const most = Math.floor((desiredCount * maximumPercent) / 100);
  return Math.ceil(desiredCount / Math.max(1, most - least));
}

/** Maximum time until a container's health check has a result, in seconds; defaults as in the API reference. */
function containerCheck({ healthCheck }: JsonObject): number {
  if (typeof healthCheck !== "object" || healthCheck === null || Array.isArray(healthCheck)) return 0;
  const { startPeriod, interval, timeout, retries } = healthCheck;
  return Number(startPeriod ?? 0) + (Number(interval ?? 30) + Number(timeout ?? 5)) * Number(retries ?? 3);
}

function stopTimeout({ stopTimeout: seconds }: JsonObject): number {
  return Number(seconds ?? 30);
}

/** Seconds that ECS waits longer behind a Network Load Balancer, at the shift of the test traffic and at each of production traffic. */
function networkSeconds(service: Service, plan: ShiftPlan | undefined): number {
  return plan && isNetworkBalanced(service) ? (1 + plan.weights.length) * networkShiftSeconds : 0;
}

/**
 * A hook that waits for a user takes no time: the verdict is `paused` at once. ECS calls the hooks around a production traffic shift
 * once a step.
 */
function hookSeconds(hook: DeploymentLifecycleHook, steps: number): number {
  const calls = (hook.lifecycleStages ?? [""]).reduce((sum, stage) => sum + (perStep.has(stage) ? steps : 1), 0);
  return calls * hookCallSeconds(hook);
}

const perStep: ReadonlySet<string> = new Set(["PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"]);

function minutes(seconds: number): string {
  return `${Math.round(seconds / 6) / 10} min`;
}
