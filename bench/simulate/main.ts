/** `npm run simulate`: simulates seeded rollouts in virtual time and checks each verdict against the truth. */
import { availableParallelism } from "node:os";
import type { MeasuredSeed } from "./measure.js";
import { help, type Options, readOptions } from "./simulate-options.js";
import { createTally } from "./tally.js";
import { runSeeds } from "./worker-pool.js";

const shownEvery = 5_000;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args, availableParallelism());
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    return 2;
  }
  if (options.kind === "help") {
    console.log(help);
    return 0;
  }
  if (options.kind === "many") return many(options.first, options.count, options.jobs);
  // Loaded only here: the parent of worker processes does not need the simulation.
  const { showSeed } = await import("./show-seed.js");
  return showSeed(options.seed, options.shrink);
}

async function many(first: number, count: number, jobs: number): Promise<number> {
  const tally = createTally();
  const startedAt = performance.now();
  let shownAt = startedAt;
  let isStopped = false;
  process.once("SIGINT", () => {
    isStopped = true;
  });
  const hear = (measured: MeasuredSeed) => {
    tally.count(measured);
    if (measured.faults.length > 0) showWrong(measured);
    if (performance.now() - shownAt < shownEvery) return;
    shownAt = performance.now();
    console.log(`${tally.seeds()} of ${count} seeds, ${tally.wrong()} wrong`);
  };
  const processes = await runSeeds({ first, count, jobs }, hear, () => isStopped);
  for (const line of tally.lines(first, (performance.now() - startedAt) / 1e3, processes)) console.log(line);
  return tally.wrong() === 0 ? 0 : 1;
}

function showWrong({ seed, way, faults, scenario }: MeasuredSeed): void {
  console.log(`seed ${seed} (${way}) is wrong: ${faults.join("; ")}`);
  if (scenario) console.log(`  ${JSON.stringify(scenario)}`);
  console.log(`  again: npm run simulate -- --seed ${seed}, and a smaller one: --seed ${seed} --shrink`);
}
