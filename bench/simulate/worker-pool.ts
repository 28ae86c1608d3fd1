import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../infra/local/aws/index.js";
import { pool } from "../common/pool.js";
import { bundleWorker } from "./bundle-worker.js";
import type { MeasuredSeed } from "./measure.js";
import { createWorkerProcess, type WorkerProcess } from "./worker-process.js";

/** Small enough that all processes end together, large enough that the messages cost nothing. */
const atOnce = 20;
/** Number of seeds that justifies another process: its start takes as long as some twenty of them. */
const worthAProcess = 50;
/** Timers of Node; the entry of the local AWS would load all of it into the parent process. */
const timers: Pick<Clock, "after"> = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

export interface WorkerPoolOptions {
  first: number;
  count: number;
  /** Maximum number of processes. */
  jobs: number;
  /** Milliseconds of real time after which a seed is aborted, 15 minutes: the longest known took three on a quiet machine. */
  limit?: number;
  /** Script of a worker process. */
  script?: URL;
  /** Measures the limit. */
  clock?: Pick<Clock, "after">;
}

/**
 * Simulates seeds on several cores, in separate processes. Each seed runs alone, so that its result is the same in any process; a seed that
 * does not end is wrong and does not delay the others.
 * @param heard Receives the result of each seed, in no order.
 * @param isStopped Returns true when no more seeds are to start.
 * @returns Number of processes that ran.
 */
export async function runSeeds(
  {
    first,
    count,
    jobs,
    limit = 900_000,
    script = new URL("worker.ts", import.meta.url),
    clock = timers,
  }: WorkerPoolOptions,
  heard: (measured: MeasuredSeed) => void,
  isStopped: () => boolean,
): Promise<number> {
  const processes = Math.max(1, Math.min(jobs, Math.floor(count / worthAProcess)));
  const folder = await mkdtemp(join(tmpdir(), "slipway-seeds-"));
  let players: WorkerProcess[] = [];
  try {
    const worker = join(folder, "worker.mjs");
    await bundleWorker(script, worker);
    players = Array.from({ length: processes }, () => createWorkerProcess(worker, limit, heard, clock));
    const idle = [...players];
    await pool(portions(first, count), processes, async (seeds) => {
      if (isStopped()) return;
      const player = idle.pop() as WorkerProcess;
      await player.run(seeds);
      idle.push(player);
    });
  } finally {
    for (const player of players) player.end();
    await rm(folder, { recursive: true });
  }
  return processes;
}

function portions(first: number, count: number): number[][] {
  return Array.from({ length: Math.ceil(count / atOnce) }, (_, portion) =>
    Array.from({ length: Math.min(atOnce, count - portion * atOnce) }, (_, index) => first + portion * atOnce + index),
  );
}
