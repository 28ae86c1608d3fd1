import { primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";

/** How far a replacement has come, and how long the rest takes. */
export interface Estimate {
  /** 0 to 100. */
  percentReplaced: number;
  /** Absent while nothing has been replaced, after everything has, and while it goes backwards. */
  secondsLeft?: number;
}

/**
 * Replacing is so many tasks of ours to start and so many old ones to stop; each counts the same. The time left is what is still to do
 * at the pace since the first look: no task is known to be faster or slower than those before. What comes after the last task (a bake
 * time, connections that drain) is not in it, so it is a lower limit.
 *
 * @param first The first look at this rollout. @param now The latest.
 * @returns Undefined when ours is not the primary deployment: nothing of ours is being brought about then.
 */
export function estimate({ taskDefinition }: Subject, first: Snapshot, now: Snapshot): Estimate | undefined {
  if (primaryOf(now.service)?.taskDefinition !== taskDefinition) return undefined;
  const old = oldRunning(taskDefinition, first);
  const total = now.service.desiredCount + old;
  if (total === 0) return undefined;
  const doneIn = (look: Snapshot) =>
    Math.min(ownRunning(taskDefinition, look), now.service.desiredCount) +
    Math.max(0, old - oldRunning(taskDefinition, look));
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
