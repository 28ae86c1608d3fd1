import { primaryOf, type Snapshot, type Subject, type TaskView } from "../../ecs/snapshot.js";
import { breakerThreshold, trafficShiftedStages } from "../../ecs/states.js";
import type { Cause } from "../diagnose/causes.js";
import { terminalFailures } from "../diagnose/failures.js";

/** A rollout whose tasks fail for a cause that no repetition heals. */
export interface FailFastReason {
  cause: Cause;
  /** In a few words, such as `the image does not exist`. */
  title: string;
  /** How many of our tasks have failed of it. */
  failures: number;
}

/**
 * Whether a rollout can't succeed any more, so that ECS need not go on trying: the tasks fail for a cause that does not heal by
 * itself, none has ever been healthy, and there is something to return to. One failure is a suspicion, two of the same cause are
 * proof. Pure.
 * @returns undefined while it may still succeed.
 */
export function failFastReason(
  subject: Subject,
  snapshots: readonly [Snapshot, ...Snapshot[]],
): FailFastReason | undefined {
  const latest = snapshots.at(-1) as Snapshot;
  if (!isStoppable(subject, latest) || !hasCandidate(subject, latest) || hasServed(subject, snapshots))
    return undefined;
  const [worst] = terminalFailures(subject, snapshots);
  return worst && { cause: worst.rule.cause, title: worst.rule.title, failures: worst.failures.length };
}

/**
 * How many tasks of ours have failed, where that is as many as the deployment circuit breaker would end a rollout at and the service
 * has none that does: then nobody else ends it. Its threshold is half the desired count, at least 3 and at most 200:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html. Pure.
 * @returns undefined while it may still succeed, or where ECS watches over it.
 */
export function failuresWithoutBreaker(
  subject: Subject,
  snapshots: readonly [Snapshot, ...Snapshot[]],
): number | undefined {
  const latest = snapshots.at(-1) as Snapshot;
  if (latest.ours?.breaker?.status !== "DISABLED" || !isStoppable(subject, latest)) return undefined;
  if (!hasCandidate(subject, latest)) return undefined;
  // Behind a load balancer a container's own check proves nothing, and the count begins anew with each task that is healthy there.
  const mayHaveServed = latest.service.isBalanced ? hasLetGo : hasServed;
  if (mayHaveServed(subject, snapshots)) return undefined;
  const { desiredCount } = latest.service;
  const failed = primaryOf(latest.service)?.failedTasks ?? 0;
  return failed >= breakerThreshold(desiredCount) ? failed : undefined;
}

/** Ours is under way, nobody ends it already, and it has not come so far that the public is on it. */
export function isStoppable({ taskDefinition }: Subject, { service, ours }: Snapshot): boolean {
  if (!ours || !["PENDING", "IN_PROGRESS"].includes(ours.status)) return false;
  return primaryOf(service)?.taskDefinition === taskDefinition && !trafficShiftedStages.has(ours.lifecycleStage ?? "");
}

/** A completed deployment that still has a place in the service: what ECS returns to. */
export function hasCandidate({ taskDefinition }: Subject, { service }: Snapshot): boolean {
  return service.deployments.some(
    (one) => one.status !== "PRIMARY" && one.taskDefinition !== taskDefinition && one.rolloutState === "COMPLETED",
  );
}

/** Milliseconds of RUNNING after which a task without a check counts as healthy: how the deployment circuit breaker works. */
const healthyWithoutChecks = 40_000;

/**
 * A task of ours was healthy once: by its check, by running for so long where nothing checks it, or by an old task that ECS has let go
 * for it. Then what fails now may be something else.
 */
function hasServed(subject: Subject, snapshots: readonly Snapshot[]): boolean {
  if (hasLetGo(subject, snapshots)) return true;
  const firstRunning = new Map<string, number>();
  for (const { service, tasks, tasksAt } of snapshots) {
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

/** By ECS's own scheduler, and on its way out: what had stopped before the rollout is not. */
function isLetGo({ desiredStatus, lastStatus, stopCode }: TaskView): boolean {
  return desiredStatus === "STOPPED" && lastStatus !== "STOPPED" && stopCode === "ServiceSchedulerInitiated";
}
