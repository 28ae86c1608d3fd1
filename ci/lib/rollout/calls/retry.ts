import { isThrottling, isUncertain } from "../../aws/errors.js";
import { lagWindow } from "../../ecs/lag.js";
import type { Session } from "../session.js";

/**
 * Repeats a call that fails, after a wait that grows, and reports each repetition.
 * @param name Such as `UpdateService`, for the report.
 * @param giveUp Returns the error to throw; undefined to repeat the call. `times` counts the failures in a row, from 1.
 */
export async function retry<T>(
  { clock, signal, progress }: Session,
  name: string,
  call: () => Promise<T>,
  giveUp: (error: Error, times: number) => unknown,
): Promise<T> {
  for (let times = 1; ; times++) {
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      const end = giveUp(error as Error, times);
      if (end !== undefined) throw end;
      const wait = backoff(times);
      const why = isThrottling(error) ? "Throttled" : "No answer";
      progress(`${why} (${(error as Error).name}); retrying ${name} in ${wait / 1000} s.`);
      await clock.sleep(wait, signal);
    }
  }
}

/** Returns true for throttling and for a call without an answer: the next call may succeed. */
export function isPassing(error: unknown): boolean {
  return isThrottling(error) || isUncertain(error);
}

/** Returns the wait after throttling or a failed call, in milliseconds. @param times Failures in a row, from 1. */
export function backoff(times: number): number {
  return Math.min(30_000, 1000 * 2 ** times);
}

/** Reads every 2 s until what is read is found, or until it would be listed if it were there. Returns the last value. */
export async function readThroughLag<T>(
  { clock, signal }: Session,
  read: () => Promise<T>,
  isFound: (seen: T) => boolean,
): Promise<T> {
  const end = clock.now() + lagWindow;
  for (;;) {
    const seen = await read();
    if (isFound(seen) || clock.now() >= end) return seen;
    await clock.sleep(2000, signal);
  }
}
