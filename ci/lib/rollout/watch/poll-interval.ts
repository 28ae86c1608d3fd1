import { primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";
import { areOldTasksRunning, isEnding, isStarting } from "./phase.js";

/**
 * Returns the time until the next poll, in milliseconds. Near the end it is a little under 2 s, because a verdict may be 2 s late and a
 * poll takes time; before that, it grows with the time since the last change. A poll without changes is one call.
 * @param movedAt Time of the last change, on our clock.
 */
export function pollInterval(subject: Subject, latest: Snapshot, movedAt: number): number {
  // The next poll decides.
  if (isEarlySuccess(latest)) return 0;
  const silence = latest.at - movedAt;
  return Math.min(longest(subject, latest, silence), Math.max(near, silence));
}

/** Milliseconds. With the calls of a poll, the verdict follows within 2 s after ECS shows it. */
const near = 1850;
/** Milliseconds: while tasks start, a stop or a replacement is detected within 3 s, and within 5 s after 20 s without changes. */
const starting = { shortest: 2800, longest: 5000, growth: 1 / 4 };

/** The service is read once more after its early success: the old tasks may have stopped. */
function isEarlySuccess({ ours, service }: Snapshot): boolean {
  return ours?.status === "SUCCESSFUL" && ours.earlySuccess && service.desiredCount > 0;
}

function longest(subject: Subject, latest: Snapshot, silence: number): number {
  const { service, ours } = latest;
  const { taskDefinition } = subject;
  const primary = primaryOf(service);
  // A rollback runs, or another deployment replaced ours.
  if (primary?.taskDefinition !== taskDefinition || isEnding(ours?.status)) return near;
  if (primary.rolloutState === "COMPLETED") return near;
  if (isStarting(subject, service)) {
    return Math.min(starting.longest, Math.max(starting.shortest, Math.round(silence * starting.growth)));
  }
  // After ECS begins to stop them, old tasks take time to drain.
  return areOldTasksRunning(subject, latest) ? 4500 : near;
}
