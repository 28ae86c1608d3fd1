import { primaryOf, type Snapshot, type Subject, type TaskView } from "../../ecs/snapshot.js";
import { breakerThreshold } from "../../ecs/states.js";
import { areOldTasksRunning, isEnding, isStarting, oldTasks, ownTasks } from "./phase.js";

/**
 * Returns the earliest time at which the end of a rollout is expected, in milliseconds on our clock: a time in the past when it may come at
 * any moment, infinity when a further step of the rollout has to come first. Pure.
 */
export function expectedEnd(subject: Subject, snapshots: readonly [Snapshot, ...Snapshot[]]): number {
  const latest = snapshots.at(-1) as Snapshot;
  const { service, ours, tasks, at } = latest;
  const primary = primaryOf(service);
  // A rollback runs, another deployment replaced ours, or only the tasks are left to be read.
  const isOther = primary?.taskDefinition !== subject.taskDefinition || primary.rolloutState === "COMPLETED";
  if (isOther || (isEnding(ours?.status) && ours?.status !== "SUCCESSFUL") || service.desiredCount === 0) return at;
  const failure = expectedFailure(subject, snapshots);
  if (failure !== undefined) return failure;
  // The first healthy tasks can end it.
  if (service.earlySuccess && primary.runningCount > 0) return at;
  if (areOldTasksRunning(subject, latest)) return Number.POSITIVE_INFINITY;
  const leaving = oldTasks(subject, tasks).filter(({ lastStatus }) => lastStatus !== "STOPPED");
  if (leaving.length > 0) return stopsAt(leaving, snapshots);
  return isStarting(subject, service) && !areAllUp(subject, latest) ? Number.POSITIVE_INFINITY : at;
}

/** The tasks that end now can be the last ones that the deployment circuit breaker waits for. */
function expectedFailure(subject: Subject, snapshots: readonly [Snapshot, ...Snapshot[]]): number | undefined {
  const { service, ours, tasks, at } = snapshots.at(-1) as Snapshot;
  const { failureCount = primaryOf(service)?.failedTasks ?? 0, threshold = breakerThreshold(service.desiredCount) } =
    ours?.breaker ?? {};
  const ending = ownTasks(subject, tasks).filter(
    ({ desiredStatus, lastStatus }) => desiredStatus === "STOPPED" && lastStatus !== "STOPPED",
  );
  if (failureCount >= threshold) return at;
  return ending.length > 0 && failureCount + ending.length >= threshold ? stopsAt(ending, snapshots) : undefined;
}

/**
 * Milliseconds from the end of a task's containers to STOPPED, at least, for a task with a network interface of its own: 25 to 30 s were
 * recorded.
 */
const deprovisioning = 20_000;

/**
 * Returns the earliest time at which the last of these tasks is STOPPED. While a task drains it is RUNNING, and its rollout may end without
 * any further state of it.
 */
function stopsAt(leaving: readonly TaskView[], snapshots: readonly [Snapshot, ...Snapshot[]]): number {
  const { tasksAt, at } = snapshots.at(-1) as Snapshot;
  const offset = clockOffset(snapshots);
  const times = leaving.map(({ lastStatus, address, executionStoppedAt }) => {
    if (address === undefined || lastStatus === "RUNNING") return at;
    const endedAt = executionStoppedAt === undefined ? tasksAt : Math.min(tasksAt, executionStoppedAt + offset);
    return endedAt + deprovisioning;
  });
  return Math.max(...times);
}

/**
 * Returns how far our clock is ahead of AWS's, at most: what AWS has dated was seen after it happened. The start of a rollout and its events
 * are seen soon after.
 */
function clockOffset(snapshots: readonly Snapshot[]): number {
  return Math.min(
    ...snapshots.map(({ at, service: { events, deployments } }) => {
      return at - Math.max(events[0]?.at ?? 0, ...deployments.map(({ createdAt }) => createdAt));
    }),
  );
}

/** As many of our tasks as wanted have started their containers: their health is all that is missing. */
function areAllUp(subject: Subject, { service, tasks }: Snapshot): boolean {
  const up = ownTasks(subject, tasks).filter(({ lastStatus }) => ["ACTIVATING", "RUNNING"].includes(lastStatus));
  return up.length >= service.desiredCount;
}
