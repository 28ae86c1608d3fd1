/** `npm run simulate`: plays seeded rollouts in virtual time and holds each verdict against the truth. */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Measured } from "./measure.js";
import { playAll } from "./players.js";
import { createTally } from "./tally.js";

const help = `Usage: npm run simulate -- [options]

Plays rollouts that chance makes (settings, releases, faults, interruptions), in virtual time, and holds each verdict against the
truth. Exits with 1 when anything is wrong, with 2 for bad input. Ctrl-C ends it and tells what it has come to.

  --seeds N   how many (1000)
  --from S    the first (1)
  --jobs N    processes at the most (one a core)
  --seed S    one alone, with everything that happened in it
  --shrink    with --seed: looks for a smaller scenario that is still wrong
  --help      this text
`;
const shownEvery = 5_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const values = options();
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (values.seed === undefined) {
    const jobs = values.jobs === undefined ? availableParallelism() : whole("--jobs", values.jobs);
    return many(whole("--from", values.from), whole("--seeds", values.seeds), jobs);
  }
  // What plays is loaded where it plays: the parent of other processes has no use for it.
  const { one } = await import("./show.js");
  return one(whole("--seed", values.seed), values.shrink);
}

function options() {
  try {
    return parseArgs({
      options: {
        seeds: { type: "string", default: "1000" },
        from: { type: "string", default: "1" },
        jobs: { type: "string" },
        seed: { type: "string" },
        shrink: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
}

async function many(first: number, count: number, jobs: number): Promise<number> {
  const tally = createTally();
  const startedAt = performance.now();
  let shownAt = startedAt;
  let isStopped = false;
  process.once("SIGINT", () => {
    isStopped = true;
  });
  const hear = (measured: Measured) => {
    tally.count(measured);
    if (measured.faults.length > 0) showWrong(measured);
    if (performance.now() - shownAt < shownEvery) return;
    shownAt = performance.now();
    console.log(`${tally.seeds()} of ${count} seeds, ${tally.wrong()} wrong`);
  };
  const processes = await playAll({ first, count, jobs }, hear, () => isStopped);
  for (const line of tally.lines(first, (performance.now() - startedAt) / 1e3, processes)) console.log(line);
  return tally.wrong() === 0 ? 0 : 1;
}

function showWrong({ seed, way, faults, scenario }: Measured): void {
  console.log(`seed ${seed} (${way}) is wrong: ${faults.join("; ")}`);
  if (scenario) console.log(`  ${JSON.stringify(scenario)}`);
  console.log(`  again: npm run simulate -- --seed ${seed}, and a smaller one: --seed ${seed} --shrink`);
}

function whole(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`${name} is ${JSON.stringify(text)}. Accepted: a whole number of up to nine digits.`);
  process.exit(2);
}
