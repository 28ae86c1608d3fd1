import FakeTimers from "@sinonjs/fake-timers";
import { type Clock, createVirtualClock, seededRandom } from "../../infra/local/aws/index.js";

/** The virtual time of one world. It stands still while anything computes, and jumps to what is due next when nothing does. */
export interface VirtualTime extends Clock {
  /** For those who wait in promises. */
  sleep(ms: number): Promise<void>;
  /** Answers what the work answers. While it is under way, everything that happens may be what it waits for. */
  attend<T>(work: Promise<T>): Promise<T>;
  /** Lets time pass until the work is done. Throws when nothing waits any more, or after `limit` milliseconds of virtual time. */
  run<T>(work: Promise<T>, limit?: number): Promise<T>;
  /** Lets time pass until `done` answers true or `limit` milliseconds have passed; answers whether it did. Nobody's promises are waited for. */
  pass(done: () => boolean, limit: number): boolean;
  /** Gives the process its own timers and chance back, where they were taken. */
  end(): void;
}

/** The process's own, whatever a world does to its timers. */
const nextMacrotask = setImmediate as (callback: () => void) => void;

/**
 * Lets every promise that can go on do so. Asked for from a promise's own turn, Node calls it when no other is left, without a turn of the
 * event loop and its system calls: a rollout has hundreds. Who waits for the disk or a socket does not get on meanwhile.
 * https://nodejs.org/learn/asynchronous-work/understanding-processnexttick
 */
const afterPromises = process.nextTick as (callback: () => void) => void;

export const START = Date.UTC(2026, 0, 1);
const DAY = 24 * 3_600_000;

interface Stepper {
  clock: Clock;
  /** Goes on to what is due next; answers false when nothing is. */
  step(): boolean;
  end(): void;
}

/**
 * @param way `direct`: only those who are given the clock live in virtual time. `process`: the process's own timers and dates do too, for
 * the SDK, which waits by itself, and so does its chance, of which the SDK's pauses between tries are made; then there can be only one
 * world at a time.
 * @param seed Of the process's chance.
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
    // Once the whole way round, so that a long simulation hears signals and messages, and rejections that nobody caught come out.
    await new Promise<void>(nextMacrotask);
    // The SDK's bodies are streams, which take turns of their own.
    const rest = way === "process" ? nextMacrotask : afterPromises;
    for (;;) {
      await new Promise<void>(rest);
      if (settled) return work;
      woken = way === "process";
      do {
        if (!step()) throw new Error("Nothing is due any more, and what was waited for has not ended.");
        if (clock.now() > until)
          throw new Error(`What was waited for has not ended within ${limit} virtual milliseconds.`);
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
