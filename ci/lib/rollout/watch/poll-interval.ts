import type { Snapshot, Subject } from "../../ecs/snapshot.js";
import { expectedEnd } from "./expected-end.js";
import { mayPause, pausePace } from "./expected-pause.js";
import { shiftWait } from "./shift-progress.js";

/** Milliseconds. With the calls of a poll, the verdict follows within 2 s after ECS shows it. */
const near = 1750;
/** Milliseconds: the longest time until a stop or a replacement by another user is detected. */
const longest = 5000;
/**
 * Milliseconds: the same in a long wait, in which nothing but a stop, a replacement or an alarm is to come. Every second poll reads our
 * service deployment, which alone shows a stop: it is detected within 25 s.
 */
const longestInWait = 12_000;
/** Polls of a wait, at least. Each sends a request to the public URL; while both versions answer, their shares need a hundred to prove anything. */
const pollsInWait = { bake: 40, step: 100 };
/** Part of a rollout's age that a poll interval does not exceed: a rollout whose steps take seconds ends within seconds. */
const growth = 1 / 3;

/**
 * Returns the time until the next poll, in milliseconds. Where the end of the rollout is expected, it is a little under 2 s, because a verdict
 * may be 2 s late and a poll takes time; everywhere else up to 5 s, and up to 12 s until the end of a long wait between or after traffic
 * shifts. A poll without changes is one call.
 */
export function pollInterval(subject: Subject, snapshots: readonly [Snapshot, ...Snapshot[]]): number {
  const [first] = snapshots;
  const latest = snapshots.at(-1) as Snapshot;
  // The next poll decides.
  if (isEarlySuccess(latest)) return 0;
  const left = expectedEnd(subject, snapshots) - latest.at;
  const waiting = intervalInWait(subject, snapshots);
  if (waiting > longest) return waiting;
  const age = latest.at - first.at;
  const most = mayPause(subject, snapshots, longest) ? pausePace : longest;
  return Math.max(near, Math.round(Math.min(most, age * growth, left)));
}

/** Returns the interval that a wait of known length allows, in milliseconds; 0 outside of one, or with the end or the deadline near. */
function intervalInWait({ deadline }: Subject, snapshots: readonly [Snapshot, ...Snapshot[]]): number {
  const wait = shiftWait(snapshots);
  const { at } = snapshots.at(-1) as Snapshot;
  if (wait === undefined) return 0;
  return Math.round(
    Math.min(longestInWait, (wait.seconds * 1000) / pollsInWait[wait.kind], wait.endsFrom - at, deadline - at),
  );
}

/** The service is read once more after its early success: the old tasks may have stopped. */
function isEarlySuccess({ ours, service }: Snapshot): boolean {
  return ours?.status === "SUCCESSFUL" && ours.earlySuccess && service.desiredCount > 0;
}
