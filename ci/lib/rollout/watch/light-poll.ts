import { primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";
import { areOldTasksRunning, areOldTasksStopped, isEnding, isStarting } from "./phase.js";

/**
 * Returns true when the next poll may be light: it reads only our service deployment. That is one call, like a full poll without changes,
 * and only that call shows a stop by a user or an early success at once. Only full polls read the service's own state and counts, so two
 * light polls never follow each other, and none is made while old tasks stop.
 */
export function mayLightPoll(subject: Subject, latest: Snapshot): boolean {
  const { isLightPoll, service, ours } = latest;
  if (isLightPoll || ours === undefined || isEnding(ours.status) || primaryOf(service)?.rolloutState === "COMPLETED")
    return false;
  return isStarting(subject, service) || areOldTasksRunning(subject, latest) || areOldTasksStopped(subject, latest);
}

/** Returns the snapshot of a light poll that found no change. @param at Time of the read, on our clock. */
export function lightPoll(previous: Snapshot, at: number): Snapshot {
  return { ...previous, at, oursAt: at, isLightPoll: true };
}
