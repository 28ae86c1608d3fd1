import type { Clock } from "./clock.js";

/** Clock that advances on demand only: hours pass in milliseconds, deterministically. */
export interface VirtualClock extends Clock {
  /** Advances by `ms` and fires due timers in order of their time, then of their creation. */
  advance(ms: number): void;
  /** Advances to the next timer and fires it; returns false if there is none. */
  next(): boolean;
  /** Advances until `done` returns true. @throws Error when no timer is left or `limit` milliseconds have passed. */
  until(done: () => boolean, limit?: number): void;
}

interface Timer {
  at: number;
  callback: () => void;
}

const DAY = 24 * 3_600_000;

/** @param start Initial time, in milliseconds since the epoch. */
export function createVirtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  const timers: Timer[] = [];

  /** Inserts in order of time; equal times keep the order of creation. */
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
        if (!fireBefore(end)) throw new Error(`The condition did not become true within ${limit} ms of virtual time.`);
      }
    },
  };
  return clock;
}
