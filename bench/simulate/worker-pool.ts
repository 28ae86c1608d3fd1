import { type Clock, systemClock } from "../../infra/local/aws/index.js";
import { pool } from "../common/pool.js";
import type { MeasuredSeed } from "./measure.js";
import { createWorkerProcess, type WorkerProcess } from "./worker-process.js";

/** Few enough that all processes end together, many enough that handing them out costs nothing. */
const atOnce = 20;
/** Seeds for which a further process is worth its start, which takes as long as some fifty of them. */
const worthAProcess = 50;

export interface WorkerPoolOptions {
  first: number;
  count: number;
  /** Processes at the most. */
  jobs: number;
  /** Milliseconds of real time after which a seed is given up, 15 minutes: the longest known took three on a quiet machine. */
  limit?: number;
  /** Script of a worker process. */
  script?: URL;
  /** Measures the limit. */
  clock?: Pick<Clock, "after">;
}

/**
 * Plays seeds on several cores, in processes of their own. Each is played alone, so that it makes no difference to any of them who plays
 * it, and one that does not come to an end is wrong and holds up no other.
 * @param heard Hears of each seed that was played, in no order.
 * @param isStopped Asked now and then: whether no more are to be played.
 * @returns How many processes played.
 */
export async function runSeeds(
  {
    first,
    count,
    jobs,
    limit = 900_000,
    script = new URL("worker.ts", import.meta.url),
    clock = systemClock,
  }: WorkerPoolOptions,
  heard: (measured: MeasuredSeed) => void,
  isStopped: () => boolean,
): Promise<number> {
  const processes = Math.max(1, Math.min(jobs, Math.floor(count / worthAProcess)));
  const players = Array.from({ length: processes }, () => createWorkerProcess(script, limit, heard, clock));
  const idle = [...players];
  try {
    await pool(portions(first, count), processes, async (seeds) => {
      if (isStopped()) return;
      const player = idle.pop() as WorkerProcess;
      await player.run(seeds);
      idle.push(player);
    });
  } finally {
    for (const player of players) player.end();
  }
  return processes;
}

function portions(first: number, count: number): number[][] {
  return Array.from({ length: Math.ceil(count / atOnce) }, (_, portion) =>
    Array.from({ length: Math.min(atOnce, count - portion * atOnce) }, (_, index) => first + portion * atOnce + index),
  );
}
