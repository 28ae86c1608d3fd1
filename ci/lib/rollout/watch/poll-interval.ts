import type { Snapshot, Subject } from "../../ecs/snapshot.js";
import { expectedEnd } from "./expected-end.js";

/** Milliseconds. With the calls of a poll, the verdict follows within 2 s after ECS shows it. */
const near = 1750;
/** Milliseconds: the longest time until a stop or a replacement by another user is detected. */
const longest = 5000;
/** Part of a rollout's age that a poll interval does not exceed: a rollout whose steps take seconds ends within seconds. */
const growth = 1 / 3;

/**
 * Returns the time until the next poll, in milliseconds. Where the end of the rollout is expected, it is a little under 2 s, because a verdict
 * may be 2 s late and a poll takes time; everywhere else up to 5 s. A poll without changes is one call.
 */
export function pollInterval(subject: Subject, snapshots: readonly [Snapshot, ...Snapshot[]]): number {
  const [first] = snapshots;
  const latest = snapshots.at(-1) as Snapshot;
  // The next poll decides.
  if (isEarlySuccess(latest)) return 0;
  const left = expectedEnd(subject, snapshots) - latest.at;
  const age = latest.at - first.at;
  return Math.max(near, Math.round(Math.min(longest, age * growth, left)));
}

/** The service is read once more after its early success: the old tasks may have stopped. */
function isEarlySuccess({ ours, service }: Snapshot): boolean {
  return ours?.status === "SUCCESSFUL" && ours.earlySuccess && service.desiredCount > 0;
}
