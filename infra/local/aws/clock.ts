import { guarded, logFailure } from "../http/guard.js";

/** Source of time of the local AWS: the machine's clock, or a virtual one in tests and simulations. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `callback` once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Wraps a clock so that a callback that throws is logged and does not end the process. */
export function guardedClock(clock: Clock, log: (line: string) => void): Clock {
  return {
    now: () => clock.now(),
    after: (ms, callback) => clock.after(ms, guarded(callback, logFailure(log, "Timer"))),
  };
}
