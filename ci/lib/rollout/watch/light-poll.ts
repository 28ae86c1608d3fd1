import { primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";
import { areOldTasksRunning, areOldTasksStopped, isEnding, isShownByOwnDeployment, isStarting } from "./phase.js";

/** Milliseconds after which the service is read again although only our service deployment can show the next change. */
const serviceStaleAfter = 8_000;

/**
 * Returns true when the next poll may be light: it reads only our service deployment, or looks for it in the list. That is one call, like a
 * full poll without changes, and only that call shows a stop by a user or an early success at once. Only full polls read the service's own
 * state and counts, so light and full polls alternate, and none is light while old tasks stop. Where only our service deployment can show
 * the next change, and while a pause may begin, one full poll follows after 8 s.
 * @param mayWait A pause may begin.
 */
export function mayLightPoll(subject: Subject, latest: Snapshot, mayWait = false): boolean {
  const { isLightPoll, service, ours, at, serviceAt = at } = latest;
  if (subject.classicOnly) return false;
  const isFresh = at - serviceAt < serviceStaleAfter;
  if (isShownByOwnDeployment(subject, latest)) return isFresh;
  if (
    (isLightPoll && !(mayWait && isFresh)) ||
    isEnding(ours?.status) ||
    primaryOf(service)?.rolloutState === "COMPLETED"
  )
    return false;
  if (ours === undefined) return true;
  return isStarting(subject, service) || areOldTasksRunning(subject, latest) || areOldTasksStopped(subject, latest);
}

/** Returns the snapshot of a light poll that found no change. @param at Time of the read, on our clock. */
export function lightPoll(previous: Snapshot, at: number): Snapshot {
  return { ...previous, at, oursAt: at, serviceAt: previous.serviceAt ?? previous.at, isLightPoll: true };
}
