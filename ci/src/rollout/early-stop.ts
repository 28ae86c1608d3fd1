import type { Cause } from "./causes.js";
import { terminalFailures } from "./failures.js";
import { primaryOf, type Snapshot, type Subject } from "./snapshot.js";

/** A rollout whose tasks fail for a cause that no repetition heals. */
export interface Hopeless {
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
export function hopeless(subject: Subject, snapshots: readonly [Snapshot, ...Snapshot[]]): Hopeless | undefined {
  const latest = snapshots.at(-1) as Snapshot;
  if (!isStoppable(subject, latest) || !hasCandidate(subject, latest) || hasServed(subject, snapshots))
    return undefined;
  const [worst] = terminalFailures(subject, snapshots);
  return worst && { cause: worst.rule.cause, title: worst.rule.title, failures: worst.failures.length };
}

/** Ours is under way, nobody ends it already, and it has not come so far that the public is on it. */
export function isStoppable({ taskDefinition }: Subject, { service, ours }: Snapshot): boolean {
  if (!ours || !["PENDING", "IN_PROGRESS"].includes(ours.status)) return false;
  return primaryOf(service)?.taskDefinition === taskDefinition && !shifted.has(ours.lifecycleStage ?? "");
}

/** Stages at which production traffic reaches the new tasks: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html */
const shifted = new Set(["PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT", "BAKE_TIME", "CLEAN_UP"]);

/** A completed deployment that still has a place in the service: what ECS returns to. */
export function hasCandidate({ taskDefinition }: Subject, { service }: Snapshot): boolean {
  return service.deployments.some(
    (one) => one.status !== "PRIMARY" && one.taskDefinition !== taskDefinition && one.rolloutState === "COMPLETED",
  );
}

/** Milliseconds of RUNNING after which a task without a check counts as healthy: how the deployment circuit breaker works. */
const healthyWithoutChecks = 40_000;

/** A task of ours was healthy once, by its check or by running for so long: then what fails now may be something else. */
function hasServed({ taskDefinition }: Subject, snapshots: readonly Snapshot[]): boolean {
  const firstRunning = new Map<string, number>();
  for (const { tasks, tasksAt } of snapshots) {
    for (const task of tasks) {
      if (task.taskDefinition !== taskDefinition || task.lastStatus !== "RUNNING") continue;
      if (task.healthStatus === "HEALTHY") return true;
      const since = firstRunning.get(task.arn) ?? tasksAt;
      firstRunning.set(task.arn, since);
      if (task.healthStatus !== "UNHEALTHY" && tasksAt - since >= healthyWithoutChecks) return true;
    }
  }
  return false;
}
