import { primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";
import { areOldTasksRunning, isEnding, isStarting } from "./phase.js";

/**
 * How long to wait before the next look, in milliseconds. Near an end a little under 2 s, because a verdict may come 2 s late and a look
 * takes a while; else the further apart the longer nothing has happened. A look at which nothing has moved is one call.
 * @param movedAt When something last changed, on our clock.
 */
export function pollInterval(subject: Subject, latest: Snapshot, movedAt: number): number {
  const silence = latest.at - movedAt;
  return Math.min(longest(subject, latest, silence), Math.max(near, silence));
}

/** Milliseconds. With the calls of a look the verdict comes within 2 s of being visible. */
const near = 1850;
/** Milliseconds: who stops or replaces a rollout while its tasks start is seen within 3 s, and within 5 s after 20 s of silence. */
const starting = { shortest: 2800, longest: 5000, growth: 1 / 4 };

function longest(subject: Subject, latest: Snapshot, silence: number): number {
  const { service, ours } = latest;
  const { taskDefinition } = subject;
  const primary = primaryOf(service);
  // Somebody goes back or took our place.
  if (primary?.taskDefinition !== taskDefinition || isEnding(ours?.status)) return near;
  if (primary.rolloutState === "COMPLETED") return near;
  if (isStarting(subject, service)) {
    return Math.min(starting.longest, Math.max(starting.shortest, Math.round(silence * starting.growth)));
  }
  // Once they leave they take a while to drain.
  return areOldTasksRunning(subject, latest) ? 4500 : near;
}

/** How long to stay away after AWS asked for fewer calls, or did not answer. @param times In a row, from 1. */
export function backoff(times: number): number {
  return Math.min(30_000, 1000 * 2 ** times);
}
