import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { pool } from "../pool.js";
import type { Measured } from "./measure.js";

interface Player {
  play(seeds: number[]): Promise<Measured[]>;
  end(): void;
}

/** Few enough that all processes end together, many enough that handing them out costs nothing. */
const atOnce = 20;
/** Seeds for which a further process is worth its start, which takes as long as some fifty of them. */
const worthAProcess = 50;

/**
 * Plays seeds on several cores. Each is played alone, so that it makes no difference to any of them who plays it.
 * @param jobs Processes at the most; where one is enough it is this one.
 * @param heard Hears of each seed that was played, in no order.
 * @param isStopped Asked now and then: whether no more are to be played.
 * @returns How many processes played.
 */
export async function playAll(
  { first, count, jobs }: { first: number; count: number; jobs: number },
  heard: (measured: Measured) => void,
  isStopped: () => boolean,
): Promise<number> {
  const processes = Math.max(1, Math.min(jobs, Math.floor(count / worthAProcess)));
  const players = processes === 1 ? [await here()] : Array.from({ length: processes }, inItsOwnProcess);
  const idle = [...players];
  try {
    await pool(portions(first, count), processes, async (seeds) => {
      if (isStopped()) return;
      const player = idle.pop() as Player;
      for (const measured of await player.play(seeds)) heard(measured);
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

async function here(): Promise<Player> {
  const { measure } = await import("./measure.js");
  return { play: measure, end: () => {} };
}

function inItsOwnProcess(): Player {
  const worker = fork(fileURLToPath(new URL("worker.ts", import.meta.url)), {
    execArgv: ["--import", import.meta.resolve("tsx")],
  });
  return {
    play: (seeds) =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null, signal: string | null) =>
          reject(
            new Error(
              `The process that played the seeds ${seeds[0]} to ${seeds.at(-1)} ended with ${signal ?? `exit code ${code}`}. Its own words are above; play them alone: npm run simulate -- --from ${seeds[0]} --seeds ${seeds.length}`,
            ),
          );
        worker.once("exit", ended);
        worker.once("message", (measured) => {
          worker.off("exit", ended);
          resolve(measured as Measured[]);
        });
        worker.send(seeds);
      }),
    end: () => worker.connected && worker.disconnect(),
  };
}
