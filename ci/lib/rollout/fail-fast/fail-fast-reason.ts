import { primaryOf, type Snapshot, type Subject, type TaskView } from "../../ecs/snapshot.js";
import { breakerThreshold, isUnderWay, receivesTraffic, trafficPhaseOf } from "../../ecs/states.js";
import type { Cause } from "../diagnose/causes.js";
import { terminalFailures } from "../diagnose/failures.js";

/** Evidence that a rollout can't succeed: its tasks fail for a permanent cause. */
export interface FailFastReason {
  cause: Cause;
  /** Short, such as `the image does not exist`. */
  title: string;
  /** Number of our tasks that failed for this cause. */
  failures: number;
}

/**
 * Returns the evidence that a rollout can no longer succeed, so that ECS need not retry: the tasks fail for a permanent cause, none has
 * ever been healthy, and there is a revision to return to. One failure is a suspicion, two for the same cause are proof. Pure.
 * @returns undefined while it may still succeed.
 */
export function failFastReason(
  subject: Subject,
  snapshots: readonly [Snapshot, ...Snapshot[]],
): FailFastReason | undefined {
  const latest = snapshots.at(-1) as Snapshot;
  if (!isStoppable(subject, latest) || !hasCandidate(subject, latest) || hasServed(subject, snapshots))
    return undefined;
  // Its tasks have all that failed in the last hour. To judge those of each earlier poll again costs more with each poll.
  const [worst] = terminalFailures(subject, [latest]);
  return worst && { cause: worst.rule.cause, title: worst.rule.title, failures: worst.failures.length };
}

/**
 * Returns the number of our failed tasks once it reaches the threshold of the deployment circuit breaker, where the service has no
 * breaker: nothing else ends the rollout then. The threshold is half the desired count, at least 3 and at most 200:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html. Pure.
 * @returns undefined below the threshold, or where the service has a breaker.
 */
export function failuresWithoutBreaker(
  subject: Subject,
  snapshots: readonly [Snapshot, ...Snapshot[]],
): number | undefined {
  const latest = snapshots.at(-1) as Snapshot;
  if (latest.ours?.breaker?.status !== "DISABLED" || !isUnfinished(subject, latest)) return undefined;
  // As long as the old tasks are up, a rollback sends all traffic back to them.
  if (trafficPhaseOf(latest.ours) === "clean-up" || !hasCandidate(subject, latest)) return undefined;
  // Behind a load balancer a container's own check proves nothing, and the count begins anew with each task that is healthy there.
  const mayHaveServed = latest.service.isBalanced ? hasLetGo : hasServed;
  if (mayHaveServed(subject, snapshots)) return undefined;
  const { desiredCount } = latest.service;
  const failed = primaryOf(latest.service)?.failedTasks ?? 0;
  return failed >= breakerThreshold(desiredCount) ? failed : undefined;
}

/** Returns true while our deployment is unfinished, is not being ended, and does not receive production traffic yet. */
function isStoppable(subject: Subject, snapshot: Snapshot): boolean {
  return isUnfinished(subject, snapshot) && snapshot.ours !== undefined && !receivesTraffic(snapshot.ours);
}

/** Returns true while our deployment is unfinished, is not being ended, and was not replaced. */
export function isUnfinished({ taskDefinition }: Subject, { service, ours }: Snapshot): boolean {
  return isUnderWay(ours) && primaryOf(service)?.taskDefinition === taskDefinition;
}

/** Returns true when the service still lists a completed deployment, to which ECS can return. */
export function hasCandidate({ taskDefinition }: Subject, { service }: Snapshot): boolean {
  return service.deployments.some(
    (one) => one.status !== "PRIMARY" && one.taskDefinition !== taskDefinition && one.rolloutState === "COMPLETED",
  );
}

/** Milliseconds of RUNNING after which a task without a check counts as healthy: how the deployment circuit breaker works. */
const healthyWithoutChecks = 40_000;

/**
 * Returns true when one of our tasks has been healthy: by its check, by its time in RUNNING where it has no check, or because ECS stopped
 * an old task for it. A later failure may have another cause.
 */
function hasServed(subject: Subject, snapshots: readonly Snapshot[]): boolean {
  if (hasLetGo(subject, snapshots)) return true;
  const firstRunning = new Map<string, number>();
  let last: Snapshot["tasks"] | undefined;
  for (const { service, tasks, tasksAt } of snapshots) {
    if (tasks === last) continue;
    last = tasks;
    for (const task of tasks) {
      if (task.taskDefinition !== subject.taskDefinition || task.lastStatus !== "RUNNING") continue;
      if (task.healthStatus === "HEALTHY") return true;
      const since = firstRunning.get(task.arn) ?? tasksAt;
      firstRunning.set(task.arn, since);
      const isChecked = service.isBalanced || task.healthStatus === "UNHEALTHY";
      if (!isChecked && tasksAt - since >= healthyWithoutChecks) return true;
    }
  }
  return false;
}

function hasLetGo({ taskDefinition }: Subject, snapshots: readonly Snapshot[]): boolean {
  return snapshots.some(({ tasks }) => tasks.some((task) => task.taskDefinition !== taskDefinition && isLetGo(task)));
}

/** Returns true for a task that the ECS scheduler is stopping. A task that stopped before the rollout does not count. */
function isLetGo({ desiredStatus, lastStatus, stopCode }: TaskView): boolean {
  return desiredStatus === "STOPPED" && lastStatus !== "STOPPED" && stopCode === "ServiceSchedulerInitiated";
}
