import type { Clock } from "../../lib/common/clock.js";

export interface VirtualClock extends Clock {
  /** Every sleep so far, in milliseconds. */
  readonly sleeps: number[];
}

/** Clock on which every sleep ends at once and moves the time forward by its length. */
export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      sleeps.push(ms);
      now += ms;
    },
  };
}
