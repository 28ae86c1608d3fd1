import { primaryOf, type Snapshot, type Subject } from "../ecs/snapshot.js";

/**
 * How long to wait before the next look, in milliseconds. Near an end a little under 2 s, because a verdict may come 2 s late and a look takes a while; else
 * the further apart the longer nothing has happened. A look at which nothing has moved is one call.
 * @param movedAt When something last changed, on our clock.
 */
export function pace(subject: Subject, latest: Snapshot, movedAt: number): number {
  return Math.min(longest(subject, latest), Math.max(1000, latest.at - movedAt));
}

/** Milliseconds. With the calls of a look the verdict comes within 2 s of being visible. */
const near = 1850;

function longest({ taskDefinition }: Subject, { service, ours, tasks }: Snapshot): number {
  const primary = primaryOf(service);
  // Somebody goes back or took our place.
  if (primary?.taskDefinition !== taskDefinition || isEnding(ours?.status)) return near;
  if (primary.rolloutState === "COMPLETED") return near;
  if (primary.runningCount < service.desiredCount) return 10_000;
  // The old tasks are asked to leave next, which an event tells, and then take a while to drain.
  const isStaying = tasks.some((task) => task.taskDefinition !== taskDefinition && task.desiredStatus === "RUNNING");
  return isStaying ? 5000 : near;
}

/** States in which the end is near and the service itself need not show it. */
export function isEnding(status = ""): boolean {
  return !["PENDING", "IN_PROGRESS", ""].includes(status);
}

/** How long to stay away after AWS asked for fewer calls, or did not answer. @param times In a row, from 1. */
export function backoff(times: number): number {
  return Math.min(30_000, 1000 * 2 ** times);
}
