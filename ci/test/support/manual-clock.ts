import type { Clock } from "../../lib/common/clock.js";

/** Clock that moves only by `pass`, which ends each sleep that is due. */
export interface ManualClock extends Clock {
  /** @param ms Time to move the clock forward, in milliseconds. */
  pass(ms: number): Promise<void>;
}

export function manualClock(start = 0): ManualClock {
  let now = start;
  const sleeping = new Set<{ until: number; wake: () => void }>();
  const nextBy = (end: number) =>
    [...sleeping].filter(({ until }) => until <= end).sort((a, b) => a.until - b.until)[0];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { until: now + ms, wake: resolve };
        sleeping.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleeping.delete(sleeper);
          reject(signal.reason);
        });
      }),
    async pass(ms) {
      const end = now + ms;
      for (let next = nextBy(end); next; next = nextBy(end)) {
        now = next.until;
        sleeping.delete(next);
        next.wake();
        // The code that awaited the sleep runs until its next wait.
        await new Promise(setImmediate);
      }
      now = end;
    },
  };
}
