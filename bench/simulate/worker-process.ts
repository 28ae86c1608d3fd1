import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../infra/local/aws/index.js";
import type { MeasuredSeed, StartedSeed } from "./measure.js";

/** Plays seeds in a process of its own. */
export interface WorkerProcess {
  /** Plays them one after the other. Throws when its process ends while it plays none: then it can't play at all. */
  run(seeds: readonly number[]): Promise<void>;
  end(): void;
}

/** A seed that a process did not come through. */
type GivenUp = StartedSeed & { why: string; seconds: number };

/**
 * @param script What the process runs: tells of each seed that it begins it and what it came to.
 * @param limit Milliseconds of real time for one seed. What takes longer is wrong, as is what ends its process: another one goes on behind it.
 */
export function createWorkerProcess(
  script: URL,
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

function start(script: URL): ChildProcess {
  return fork(fileURLToPath(script), {
    execArgv: [...youngGeneration, "--import", import.meta.resolve("../../infra/local/typescript.mjs")],
  });
}

/** Megabytes: a seed's garbage is hardly ever old, and with Node's own 16 some of it is taken for it. Saves 5 % of the time. */
const youngGeneration = ["--max-semi-space-size=64"];

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

    function hear(told: StartedSeed | MeasuredSeed) {
      cancel();
      if ("ending" in told) {
        playing = undefined;
        heard(told);
        if (--left === 0) leave();
      } else {
        playing = { ...told, since: performance.now() };
        cancel = clock.after(limit, () => {
          worker.kill("SIGKILL");
          leave(`did not come to an end within ${limit / 1e3} s`);
        });
      }
    }

    function ended(code: number | null, signal: string | null) {
      const how = `ended with ${signal ?? `exit code ${code}`}`;
      if (playing) leave(`its process ${how}`);
      else
        reject(
          new Error(`The process that was to play the seeds from ${seeds[0]} on ${how}. Its own words are above.`),
        );
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
