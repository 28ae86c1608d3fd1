import { primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";
import { areOldTasksRunning, areOldTasksStopped, isEnding, isStarting } from "./phase.js";

/**
 * Whether a glance at our service deployment does in place of a look at the service. It is one call, as a look is at which nothing has
 * moved, and alone tells of a stop by somebody, and of an early success, as soon as of what takes our place. The service's own end and
 * its counts are told by looks alone: so never two glances in a row, and none while the old tasks leave.
 */
export function mayLightPoll(subject: Subject, latest: Snapshot): boolean {
  const { isLightPoll, service, ours } = latest;
  if (isLightPoll || ours === undefined || isEnding(ours.status) || primaryOf(service)?.rolloutState === "COMPLETED")
    return false;
  return isStarting(subject, service) || areOldTasksRunning(subject, latest) || areOldTasksStopped(subject, latest);
}

/** Our service deployment is still as it was. @param at When that was read, on our clock. */
export function lightPoll(previous: Snapshot, at: number): Snapshot {
  return { ...previous, at, oursAt: at, isLightPoll: true };
}
