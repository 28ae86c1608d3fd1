import { type ChildProcess, fork } from "node:child_process";
import type { Clock } from "../../infra/local/aws/index.js";
import type { MeasuredSeed, StartedSeed } from "./measure.js";

/** Simulates seeds in a separate process. */
export interface WorkerProcess {
  /** Simulates the seeds one after the other. Throws when its process ends between seeds: then no simulation is possible. */
  run(seeds: readonly number[]): Promise<void>;
  end(): void;
}

/** Seed that a process did not complete. */
type GivenUp = StartedSeed & { why: string; seconds: number };

/**
 * @param script Path of the process's script in JavaScript: reports the start and the result of each seed.
 * @param limit Milliseconds of real time for one seed. A seed that takes longer or ends its process is wrong; another process continues
 * after it.
 */
export function createWorkerProcess(
  script: string,
  limit: number,
  heard: (measured: MeasuredSeed) => void,
  clock: Pick<Clock, "after">,
): WorkerProcess {
  let worker = start(script);
  return {
    async run(seeds) {
      for (let left = seeds; left.length > 0; ) {
        const givenUp = await playIn(worker, left, limit, heard, clock);
        if (givenUp === undefined) return;
        heard(wrong(givenUp));
        worker = start(script);
        left = left.slice(left.indexOf(givenUp.seed) + 1);
      }
    },
    end: () => worker.connected && worker.disconnect(),
  };
}

function start(script: string): ChildProcess {
  return fork(script, { execArgv: [...engineOptions, "--enable-source-maps"] });
}

/**
 * Options of V8 for a process that runs much code a few times each.
 * - Young generation, in megabytes: a seed's garbage rarely lives long, and Node's own 16 MB treat some of it as old. Saves 5 % of the time.
 * - Amount of bytecode that a function runs before V8 optimizes it, in bytes: Node's own 66 KiB optimize functions that no longer repay it.
 *   Saves 40 % of the processor time of 250 seeds, and 17 % of 1,000.
 */
const engineOptions = ["--max-semi-space-size=64", "--interrupt-budget=2000000"];

function playIn(
  worker: ChildProcess,
  seeds: readonly number[],
  limit: number,
  heard: (measured: MeasuredSeed) => void,
  clock: Pick<Clock, "after">,
): Promise<GivenUp | undefined> {
  return new Promise((resolve, reject) => {
    let left = seeds.length;
    let playing: (StartedSeed & { since: number }) | undefined;
    let cancel = () => {};
    worker.on("message", hear);
    worker.on("exit", ended);
    worker.send(seeds);

    function hear(message: StartedSeed | MeasuredSeed) {
      cancel();
      if ("ending" in message) {
        playing = undefined;
        heard(message);
        if (--left === 0) leave();
      } else {
        playing = { ...message, since: performance.now() };
        cancel = clock.after(limit, () => {
          worker.kill("SIGKILL");
          leave(`did not end within ${limit / 1e3} s`);
        });
      }
    }

    function ended(code: number | null, signal: string | null) {
      const how = `ended with ${signal ?? `exit code ${code}`}`;
      if (playing) leave(`its process ${how}`);
      else reject(new Error(`The worker process for the seeds from ${seeds[0]} on ${how}. Its output is above.`));
    }

    function leave(why?: string) {
      cancel();
      worker.off("message", hear);
      worker.off("exit", ended);
      if (why === undefined || !playing) return resolve(undefined);
      const { since, ...begun } = playing;
      resolve({ ...begun, why, seconds: (performance.now() - since) / 1e3 });
    }
  });
}

function wrong({ why, seconds, ...begun }: GivenUp): MeasuredSeed {
  return { ...begun, ending: "given up", faults: [why], covered: [], cpu: seconds };
}
