import type { Clock } from "./clock.js";

/** A clock that stands still until it is told to go on: hours pass in milliseconds, the same way every time. */
export interface VirtualClock extends Clock {
  /** Goes on by `ms`, calling what falls due on the way in order of its time, then of its making. */
  advance(ms: number): void;
  /** Goes on to whatever is due next and calls it; answers false when nothing waits. */
  next(): boolean;
  /** Goes on until `done` answers true; throws when nothing waits any more or `limit` milliseconds have passed. */
  until(done: () => boolean, limit?: number): void;
}

interface Timer {
  at: number;
  callback: () => void;
}

const DAY = 24 * 3_600_000;

/** @param start Milliseconds since the epoch at which it stands first. */
export function createVirtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  const timers: Timer[] = [];

  /** Sorted by time; equal times stay in the order of their making. */
  const insert = (timer: Timer) => {
    let index = timers.length;
    while (index > 0 && (timers[index - 1] as Timer).at > timer.at) index--;
    timers.splice(index, 0, timer);
  };
  const fireBefore = (end: number) => {
    const first = timers[0];
    if (first === undefined || first.at > end) return false;
    timers.shift();
    now = first.at;
    first.callback();
    return true;
  };

  const clock: VirtualClock = {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + Math.max(0, ms), callback };
      insert(timer);
      return () => {
        const index = timers.indexOf(timer);
        if (index >= 0) timers.splice(index, 1);
      };
    },
    advance(ms) {
      const end = now + ms;
      while (fireBefore(end));
      now = end;
    },
    next: () => fireBefore(Number.POSITIVE_INFINITY),
    until(done, limit = DAY) {
      const end = now + limit;
      while (!done()) {
        if (!fireBefore(end)) throw new Error(`What was waited for did not come within ${limit} virtual milliseconds.`);
      }
    },
  };
  return clock;
}
