import { primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";
import { isAlone, isEnding, isStarting, isStaying } from "./phase.js";

/**
 * Whether a glance at our service deployment does in place of a look at the service. It is one call, as a look is at which nothing has
 * moved, and alone tells of a stop by somebody, and of an early success, as soon as of what takes our place. The service's own end and
 * its counts are told by looks alone: so never two glances in a row, and none while the old tasks leave.
 */
export function mayGlance(subject: Subject, latest: Snapshot): boolean {
  const { isLightPoll: isGlance, service, ours } = latest;
  if (isGlance || ours === undefined || isEnding(ours.status) || primaryOf(service)?.rolloutState === "COMPLETED")
    return false;
  return isStarting(subject, service) || isStaying(subject, latest) || isAlone(subject, latest);
}

/** Our service deployment is still as it was. @param at When that was read, on our clock. */
export function glance(previous: Snapshot, at: number): Snapshot {
  return { ...previous, at, oursAt: at, isLightPoll: true };
}
