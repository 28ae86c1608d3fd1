import type { Snapshot } from "./snapshot.js";

/**
 * How long to wait before the next look, in milliseconds: close together after something moved and near the end, further apart
 * the longer nothing happens. A look is two to five calls; at one a second that is far inside the account's 20 a second for each kind.
 * @param movedAt When something last changed, on our clock.
 */
export function pace(latest: Snapshot, movedAt: number): number {
  // Only the drain of the old tasks is left, and its end is what people wait for.
  if (latest.ours?.status === "SUCCESSFUL") return shortest;
  const quiet = latest.at - movedAt;
  return Math.min(longest, Math.max(shortest, quiet / 5));
}

/** How long to stay away after AWS asked for fewer calls, or did not answer. @param times In a row, from 1. */
export function backoff(times: number): number {
  return Math.min(30_000, 1000 * 2 ** times);
}

const shortest = 1000;
const longest = 5000;
