import type { DeploymentRecord, ServiceRecord, TaskRecord } from "../model/state.js";
import { subnetOf, targetsOf } from "../model/task-definition.js";
import { say } from "../words.js";
import { createTask } from "./tasks.js";
import { announce, type World, wake } from "./world.js";

/** Starts as many of `wanted` tasks as the launch rate allows now, and answers their ids. */
export function launch(world: World, service: ServiceRecord, primary: DeploymentRecord, wanted: number): string[] {
  const ids: string[] = [];
  while (ids.length < wanted && takeLaunch(world, service)) ids.push(startTask(world, service, primary).id);
  return ids;
}

/**
 * Whether a task can be placed. Where not it says so and tries again later and later, as after tasks that never ran. No task is made for it,
 * so nothing counts against the circuit breaker.
 */
export function hasRoom(world: World, service: ServiceRecord, primary: DeploymentRecord): boolean {
  const { tries = 0, retryAt = 0 } = primary.unplaced ?? {};
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
  const waits = world.timing.restartBackoff;
  primary.unplaced = { tries: tries + 1, retryAt: world.now + (waits[Math.min(tries, waits.length - 1)] ?? 0) };
  announce(world, service, say.cannotPlace(reason));
  return false;
}

function startTask(world: World, service: ServiceRecord, primary: DeploymentRecord): TaskRecord {
  const taskDefinition = world.state.taskDefinitions[primary.taskDefinition];
  if (taskDefinition === undefined) throw new Error(`The state names ${primary.taskDefinition} but does not have it.`);
  return createTask(world, {
    clusterArn: service.clusterArn,
    group: `service:${service.name}`,
    startedBy: primary.id,
    taskDefinition,
    serviceArn: service.arn,
    deploymentId: primary.id,
    targets: targetsOf(primary.settings),
    subnetId: subnetOf(primary.settings.networkConfiguration),
    platformVersion: "1.4.0",
    resolvedImages: primary.resolvedImages,
  });
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
