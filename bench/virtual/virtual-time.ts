import FakeTimers from "@sinonjs/fake-timers";
import { type Clock, createVirtualClock, seededRandom } from "../../infra/local/aws/index.js";

/** The virtual time of one simulation. It stands still during computations, and jumps to the next timer when the process is idle. */
export interface VirtualTime extends Clock {
  /** Clock for code that waits in promises. */
  sleep(ms: number): Promise<void>;
  /** Returns the work's result. During the work, any event may be the one that it waits for. */
  attend<T>(work: Promise<T>): Promise<T>;
  /** Lets time pass until the work is done. Throws when nothing waits any more, or after `limit` milliseconds of virtual time. */
  run<T>(work: Promise<T>, limit?: number): Promise<T>;
  /**
   * Lets time pass until `done` returns true or `limit` milliseconds have passed; returns true in the first case. Waits for no promises.
   */
  pass(done: () => boolean, limit: number): boolean;
  /** Restores the process's own timers and random numbers, where they were replaced. */
  end(): void;
}

/** The process's own function, in case a simulation replaces the timers. */
const nextMacrotask = setImmediate as (callback: () => void) => void;

/**
 * Runs all promises that can continue. When called from a promise's own turn, Node calls back once no other is left, without a turn of the
 * event loop and its system calls: a rollout has hundreds. Disk and socket operations make no progress in this time.
 * https://nodejs.org/learn/asynchronous-work/understanding-processnexttick
 */
const afterPromises = process.nextTick as (callback: () => void) => void;

export const START = Date.UTC(2026, 0, 1);
const DAY = 24 * 3_600_000;

interface Stepper {
  clock: Clock;
  /** Jumps to the next timer; returns false without one. */
  step(): boolean;
  end(): void;
}

/**
 * @param way `direct`: only code with this clock runs in virtual time. `process`: the process's own timers and dates do too, for the SDK,
 * which waits by itself, and so do its random numbers, which set the SDK's pauses between retries; then only one simulation can run at a
 * time.
 * @param seed Seed of the process's random numbers.
 */
export function createVirtualTime(way: "direct" | "process", seed: number): VirtualTime {
  const { clock, step, end } = way === "direct" ? ownTime() : processTime(seed);
  /** True when a waiting promise was resolved: its callbacks run before time goes on. */
  let woken = true;
  let attended = 0;
  const attend = <T>(work: Promise<T>) => {
    attended++;
    return work.finally(() => attended--);
  };
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      clock.after(ms, () => {
        woken = true;
        resolve();
      });
    });

  async function run<T>(work: Promise<T>, limit = DAY): Promise<T> {
    const until = clock.now() + limit;
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    // One full turn of the event loop, so that a long simulation receives signals and messages, and unhandled rejections are reported.
    await new Promise<void>(nextMacrotask);
    // The SDK's bodies are streams, which take turns of their own.
    const rest = way === "process" ? nextMacrotask : afterPromises;
    for (;;) {
      await new Promise<void>(rest);
      if (settled) return work;
      woken = way === "process";
      do {
        if (!step()) throw new Error("No timer is left, and the work has not ended.");
        if (clock.now() > until) throw new Error(`The work has not ended within ${limit} ms of virtual time.`);
      } while (!woken && attended === 0);
    }
  }

  function pass(done: () => boolean, limit: number): boolean {
    let isOver = false;
    const cancel = clock.after(limit, () => {
      isOver = true;
    });
    while (!isOver && !done()) step();
    cancel();
    return done();
  }

  return { now: clock.now, after: clock.after, sleep, attend, run, pass, end };
}

function ownTime(): Stepper {
  const clock = createVirtualClock(START);
  return { clock, step: clock.next, end: () => {} };
}

function processTime(seed: number): Stepper {
  const { random } = Math;
  Math.random = seededRandom(seed).next;
  const timers = FakeTimers.install({
    now: START,
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
  });
  return {
    clock: {
      now: () => timers.now,
      after(ms, callback) {
        const timer = timers.setTimeout(callback, ms);
        return () => timers.clearTimeout(timer);
      },
    },
    step() {
      if (timers.countTimers() === 0) return false;
      timers.next();
      return true;
    },
    end() {
      timers.uninstall();
      Math.random = random;
    },
  };
}
