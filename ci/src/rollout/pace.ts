import type { Snapshot } from "./snapshot.js";

/**
 * How long to wait before the next look, in milliseconds: close together after something moved and near the end, further apart
 * the longer nothing happens. A look is one to five calls: far inside the account's 20 a second for each kind.
 * @param movedAt When something last changed, on our clock.
 */
export function pace(latest: Snapshot, movedAt: number): number {
  // Only the end of the old tasks is left, and it is what people wait for.
  if (latest.ours?.status === "SUCCESSFUL") return 2000;
  const quiet = latest.at - movedAt;
  return Math.min(5000, Math.max(1000, quiet / 3));
}

/** How long to stay away after AWS asked for fewer calls, or did not answer. @param times In a row, from 1. */
export function backoff(times: number): number {
  return Math.min(30_000, 1000 * 2 ** times);
}
