import { say } from "../event-messages.js";
import { nameOf } from "../model/ecs-arns.js";
import type { DeploymentRecord, EcsState, ServiceRecord, StrategyItem, Tag, TaskRecord } from "../model/ecs-state.js";
import { objects, subnetOf, targetsOf } from "../model/task-definition-json.js";
import { volumesAtLaunch } from "./launch-volumes.js";
import { nextProvider } from "./provider-strategy.js";
import { announce, type World, wake } from "./scheduler-context.js";
import { findPlace, unplacedText } from "./task-placement.js";
import { type Capacity, createTask } from "./task-transitions.js";

/** Starts as many of `wanted` tasks as there is room for and the launch rate allows now, and answers their ids. */
export function launch(world: World, service: ServiceRecord, primary: DeploymentRecord, wanted: number): string[] {
  const ids: string[] = [];
  const onInstances = primary.settings.launchType === "EC2";
  if (!onInstances && !hasFargateRoom(world, service, primary)) return ids;
  while (ids.length < wanted) {
    const capacity = onInstances ? placed(world, service, primary) : fargate(world, primary);
    if (capacity === undefined || !takeLaunch(world, service)) break;
    ids.push(startTask(world, service, primary, capacity).id);
  }
  return ids;
}

/**
 * Whether Fargate has room for a task. Where not it says so and tries again later and later, as after tasks that never ran. No task is made
 * for it, so nothing counts against the circuit breaker.
 */
function hasFargateRoom(world: World, service: ServiceRecord, primary: DeploymentRecord): boolean {
  const { retryAt = 0 } = primary.unplaced ?? {};
  if (world.now < retryAt) {
    wake(world, retryAt);
    return false;
  }
  const taskDefinition = world.state.taskDefinitions[primary.taskDefinition]?.document ?? {};
  const reason = world.cannotPlace({ serviceArn: service.arn, deploymentId: primary.id, taskDefinition });
  if (reason === undefined) {
    delete primary.unplaced;
    return true;
  }
  unplaced(world, service, primary, say.cannotPlace(reason));
  return false;
}

/** Finds a place on a container instance. Each step tries again, so that free room is used at once; only the event is repeated with a delay. */
function placed(world: World, service: ServiceRecord, primary: DeploymentRecord): Capacity | undefined {
  const place = findPlace(world.state, {
    clusterArn: service.clusterArn,
    taskDefinition: world.state.taskDefinitions[primary.taskDefinition]?.document ?? {},
    group: groupOf(service),
    constraints: objects(service.extra.placementConstraints),
    strategy: objects(service.extra.placementStrategy),
  });
  if ("instance" in place) {
    delete primary.unplaced;
    return { launchType: "EC2", containerInstanceArn: place.instance.arn };
  }
  const { retryAt = 0 } = primary.unplaced ?? {};
  if (world.now < retryAt) wake(world, retryAt);
  else unplaced(world, service, primary, say.noInstance(unplacedText(place.misfits)));
  return undefined;
}

function unplaced(world: World, service: ServiceRecord, primary: DeploymentRecord, event: string): void {
  const waits = world.timing.restartBackoff;
  const { tries = 0 } = primary.unplaced ?? {};
  const retryAt = world.now + (waits[Math.min(tries, waits.length - 1)] ?? 0);
  primary.unplaced = { tries: tries + 1, retryAt };
  announce(world, service, event);
  wake(world, retryAt);
}

function fargate(world: World, primary: DeploymentRecord): Capacity {
  const strategy = objects(primary.settings.capacityProviderStrategy) as unknown as StrategyItem[];
  if (strategy.length === 0) return { launchType: "FARGATE" };
  const running = [...world.roster.live]
    .filter((task) => task.deploymentId === primary.id && task.desiredStatus === "RUNNING")
    .map((task) => task.capacityProviderName);
  return { launchType: "FARGATE", capacityProviderName: nextProvider(strategy, running) };
}

const groupOf = (service: ServiceRecord) => `service:${service.name}`;

function startTask(world: World, service: ServiceRecord, primary: DeploymentRecord, capacity: Capacity): TaskRecord {
  const taskDefinition = world.state.taskDefinitions[primary.taskDefinition];
  if (taskDefinition === undefined) throw new Error(`The state names ${primary.taskDefinition} but does not have it.`);
  const { enableExecuteCommand = false } = service.extra;
  return createTask(world, {
    clusterArn: service.clusterArn,
    group: groupOf(service),
    startedBy: primary.id,
    taskDefinition,
    serviceArn: service.arn,
    deploymentId: primary.id,
    targets: targetsOf(primary.settings),
    capacity,
    subnetId: subnetOf(primary.settings.networkConfiguration),
    platformVersion: "1.4.0",
    extra: { enableExecuteCommand },
    volumes: volumesAtLaunch(world.random, primary.settings.volumeConfigurations),
    tags: tagsOfTasks(world.state, service, primary),
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

/** Returns the tags that ECS adds by itself. */
export function managedTags(clusterArn: string, serviceName?: string): Tag[] {
  const cluster = { key: "aws:ecs:clusterName", value: nameOf(clusterArn) };
  return serviceName === undefined ? [cluster] : [cluster, { key: "aws:ecs:serviceName", value: serviceName }];
}

/** Fargate's launch rate: so many at once, then one more each interval. */
function takeLaunch(world: World, service: ServiceRecord): boolean {
  const { launchBurst, launchInterval } = world.timing;
  const { launches } = service;
  const earned = Math.floor((world.now - launches.at) / launchInterval);
  launches.at = earned + launches.tokens >= launchBurst ? world.now : launches.at + earned * launchInterval;
  launches.tokens = Math.min(launchBurst, launches.tokens + earned);
  if (launches.tokens === 0) {
    wake(world, launches.at + launchInterval);
    return false;
  }
  launches.tokens--;
  return true;
}
