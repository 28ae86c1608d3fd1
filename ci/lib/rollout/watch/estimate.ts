import { primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";

/** Progress of a replacement, and the time left. */
export interface Estimate {
  /** 0 to 100. */
  percentReplaced: number;
  /** Absent before the first replaced task, after the last one, and while progress is negative. */
  secondsLeft?: number;
}

/**
 * Estimates progress by counting tasks: each new task to start and each old task to stop counts the same. The time left assumes the
 * average pace since the first snapshot. Steps after the last task (bake time, draining connections) are not included, so it is a lower
 * limit.
 *
 * @param first The first snapshot of this rollout. @param now The latest.
 * @returns Undefined when ours is not the primary deployment: ECS does not roll it out then.
 */
export function estimate({ taskDefinition }: Subject, first: Snapshot, now: Snapshot): Estimate | undefined {
  if (primaryOf(now.service)?.taskDefinition !== taskDefinition) return undefined;
  const old = oldRunning(taskDefinition, first);
  const total = now.service.desiredCount + old;
  if (total === 0) return undefined;
  const doneIn = (snapshot: Snapshot) =>
    Math.min(ownRunning(taskDefinition, snapshot), now.service.desiredCount) +
    Math.max(0, old - oldRunning(taskDefinition, snapshot));
  const done = doneIn(now);
  const percentReplaced = Math.floor((100 * done) / total);
  const gained = done - doneIn(first);
  if (gained <= 0 || done >= total) return { percentReplaced };
  const secondsEach = (now.at - first.at) / 1000 / gained;
  return { percentReplaced, secondsLeft: Math.ceil((total - done) * secondsEach) };
}

function ownRunning(taskDefinition: string, { service }: Snapshot): number {
  return running(service.deployments.filter((one) => one.taskDefinition === taskDefinition));
}

function oldRunning(taskDefinition: string, { service }: Snapshot): number {
  return running(service.deployments.filter((one) => one.taskDefinition !== taskDefinition));
}

function running(deployments: { runningCount: number }[]): number {
  return deployments.reduce((sum, { runningCount }) => sum + runningCount, 0);
}
