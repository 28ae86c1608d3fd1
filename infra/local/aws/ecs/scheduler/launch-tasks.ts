import { eventMessages, placementReasons } from "../event-messages.js";
import { lastPartOf, scopeOf } from "../model/ecs-arns.js";
import type { DeploymentRecord, EcsState, ServiceRecord, StrategyItem, Tag, TaskRecord } from "../model/ecs-state.js";
import { fargateClassOf, usedVcpus } from "../model/fargate-quotas.js";
import { getOwn } from "../model/own-members.js";
import { objects, subnetOf, targetsOf } from "../model/task-definition-json.js";
import { volumesAtLaunch } from "./launch-volumes.js";
import { nextProvider } from "./provider-strategy.js";
import { addEvent, type SchedulerContext, wake } from "./scheduler-context.js";
import { findPlace, unplacedReason } from "./task-placement.js";
import { createTask, type TaskCapacity } from "./task-transitions.js";

/** Starts as many of `wanted` tasks as capacity and the launch rate allow now, and returns their ids. */
export function launchTasks(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  wanted: number,
): string[] {
  const ids: string[] = [];
  const onInstances = primary.settings.launchType === "EC2";
  if (!onInstances && !hasFargateCapacity(context, service, primary)) return ids;
  while (ids.length < wanted) {
    const capacity = onInstances
      ? placeOnInstance(context, service, primary)
      : placeOnFargate(context, service, primary);
    if (capacity === undefined || !takeLaunch(context, service)) break;
    ids.push(startTask(context, service, primary, capacity).id);
  }
  return ids;
}

/**
 * Returns whether Fargate has capacity for a task. If not, adds an event and retries with the delays of tasks that never ran. No task is
 * created, so nothing counts against the circuit breaker.
 */
function hasFargateCapacity(context: SchedulerContext, service: ServiceRecord, primary: DeploymentRecord): boolean {
  const { retryAt = 0 } = primary.unplaced ?? {};
  if (context.now < retryAt) {
    wake(context, retryAt);
    return false;
  }
  const taskDefinition = context.state.taskDefinitions[primary.taskDefinition]?.document ?? {};
  const reason = context.cannotPlace({ serviceArn: service.arn, deploymentId: primary.id, taskDefinition });
  if (reason === undefined) return true;
  reportUnplaced(context, service, primary, eventMessages.cannotPlace(reason));
  return false;
}

/** Places a task on Fargate, if the account's quota of vCPUs has room for it. What runs stays, and the rest is tried again. */
function placeOnFargate(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
): TaskCapacity | undefined {
  const capacity = fargateCapacity(context, primary);
  const { cpu } = context.state.taskDefinitions[primary.taskDefinition]?.document ?? {};
  if (exceedsQuota(context, service.clusterArn, capacity, Number(cpu))) {
    reportUnplaced(context, service, primary, eventMessages.cannotPlace(placementReasons.quota()));
    return undefined;
  }
  delete primary.unplaced;
  return capacity;
}

/** Returns whether the account's quota has no room for a further task of `cpu` CPU units. */
export function exceedsQuota(
  { index, fargateQuotas }: Pick<SchedulerContext, "index" | "fargateQuotas">,
  clusterArn: string,
  capacity: TaskCapacity,
  cpu: number,
): boolean {
  const fargateClass = fargateClassOf(capacity);
  return usedVcpus(index.live, scopeOf(clusterArn), fargateClass) + cpu / 1_024 > fargateQuotas[fargateClass];
}

/** Places a task on a container instance. Each step retries, so that free resources are used at once; only the event repeats with a delay. */
function placeOnInstance(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
): TaskCapacity | undefined {
  const place = findPlace(context.state, {
    clusterArn: service.clusterArn,
    taskDefinition: context.state.taskDefinitions[primary.taskDefinition]?.document ?? {},
    group: groupOf(service),
    constraints: objects(service.extra.placementConstraints),
    strategy: objects(service.extra.placementStrategy),
  });
  if ("instance" in place) {
    delete primary.unplaced;
    return { launchType: "EC2", containerInstanceArn: place.instance.arn };
  }
  const { retryAt = 0 } = primary.unplaced ?? {};
  if (context.now < retryAt) wake(context, retryAt);
  else reportUnplaced(context, service, primary, eventMessages.noInstance(unplacedReason(place.failures)));
  return undefined;
}

function reportUnplaced(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  event: string,
): void {
  const delays = context.timing.restartBackoff;
  const { tries = 0 } = primary.unplaced ?? {};
  const retryAt = context.now + (delays[Math.min(tries, delays.length - 1)] ?? 0);
  primary.unplaced = { tries: tries + 1, retryAt };
  addEvent(context, service, event);
  wake(context, retryAt);
}

function fargateCapacity(context: SchedulerContext, primary: DeploymentRecord): TaskCapacity {
  const strategy = objects(primary.settings.capacityProviderStrategy) as unknown as StrategyItem[];
  if (strategy.length === 0) return { launchType: "FARGATE" };
  const running = [...context.index.live]
    .filter((task) => task.deploymentId === primary.id && task.desiredStatus === "RUNNING")
    .map((task) => task.capacityProviderName);
  return { launchType: "FARGATE", capacityProviderName: nextProvider(strategy, running) };
}

const groupOf = (service: ServiceRecord) => `service:${service.name}`;

function startTask(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  capacity: TaskCapacity,
): TaskRecord {
  const taskDefinition = context.state.taskDefinitions[primary.taskDefinition];
  if (taskDefinition === undefined)
    throw new Error(`The state references the task definition ${primary.taskDefinition}, which it does not contain.`);
  const { enableExecuteCommand = false } = service.extra;
  return createTask(context, {
    clusterArn: service.clusterArn,
    group: groupOf(service),
    startedBy: primary.id,
    taskDefinition,
    serviceArn: service.arn,
    deploymentId: primary.id,
    targets: targetsOf(primary.settings).map((target) => ({
      ...target,
      targetGroupArn: getOwn(primary.servingGroups, target.targetGroupArn) ?? target.targetGroupArn,
    })),
    capacity,
    subnetId: subnetOf(primary.settings.networkConfiguration),
    platformVersion: "1.4.0",
    extra: { enableExecuteCommand },
    volumes: volumesAtLaunch(context.random, primary.settings.volumeConfigurations),
    tags: tagsOfTasks(context.state, service, primary),
    resolvedImages: primary.resolvedImages,
  });
}

/** Returns the tags of a service's new tasks: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html */
function tagsOfTasks(state: EcsState, service: ServiceRecord, primary: DeploymentRecord): Tag[] {
  const { propagateTags, enableECSManagedTags } = service.extra;
  const from: Record<string, string> = { SERVICE: service.arn, TASK_DEFINITION: primary.taskDefinition };
  const propagated = state.tags[from[String(propagateTags)] ?? ""] ?? [];
  if (enableECSManagedTags !== true) return [...propagated];
  return [...propagated, ...managedTags(service.clusterArn, service.name)];
}

/** Returns the tags that ECS manages. */
export function managedTags(clusterArn: string, serviceName?: string): Tag[] {
  const cluster = { key: "aws:ecs:clusterName", value: lastPartOf(clusterArn) };
  return serviceName === undefined ? [cluster] : [cluster, { key: "aws:ecs:serviceName", value: serviceName }];
}

/** Takes one launch of Fargate's launch rate: `launchBurst` at once, then one more each interval. Returns whether one was available. */
function takeLaunch(context: SchedulerContext, service: ServiceRecord): boolean {
  const { launchBurst, launchInterval } = context.timing;
  const { launches } = service;
  const earned = Math.floor((context.now - launches.at) / launchInterval);
  launches.at = earned + launches.tokens >= launchBurst ? context.now : launches.at + earned * launchInterval;
  launches.tokens = Math.min(launchBurst, launches.tokens + earned);
  if (launches.tokens === 0) {
    wake(context, launches.at + launchInterval);
    return false;
  }
  launches.tokens--;
  return true;
}
