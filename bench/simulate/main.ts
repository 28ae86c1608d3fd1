/** `npm run simulate`: plays seeded rollouts in virtual time and holds each verdict against the truth. */
import { parseArgs } from "node:util";
import { playSeed } from "./one.js";
import { one } from "./show.js";
import { createTally } from "./tally.js";

const help = `Usage: npm run simulate -- [options]

Plays rollouts that chance makes (settings, releases, faults, interruptions), in virtual time, and holds each verdict against the
truth. Exits with 1 when anything is wrong, with 2 for bad input. Ctrl-C ends it and tells what it has come to.

  --seeds N   how many (1000)
  --from S    the first (1)
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
  if (values.seed !== undefined) return one(whole("--seed", values.seed), values.shrink);
  return many(whole("--from", values.from), whole("--seeds", values.seeds));
}

function options() {
  try {
    return parseArgs({
      options: {
        seeds: { type: "string", default: "1000" },
        from: { type: "string", default: "1" },
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

async function many(first: number, count: number): Promise<number> {
  const tally = createTally();
  let shownAt = performance.now();
  let isStopped = false;
  process.once("SIGINT", () => {
    isStopped = true;
  });
  for (let seed = first; seed < first + count && !isStopped; seed++) {
    const played = await tally.measure(() => playSeed(seed));
    if (played.faults.length > 0) {
      console.log(`seed ${seed} (${played.way}) is wrong: ${played.faults.join("; ")}`);
      console.log(`  ${JSON.stringify(played.scenario)}`);
      console.log(`  again: npm run simulate -- --seed ${seed}, and a smaller one: --seed ${seed} --shrink`);
    }
    if (performance.now() - shownAt < shownEvery) continue;
    shownAt = performance.now();
    console.log(`${seed - first + 1} of ${count} seeds, ${tally.wrong()} wrong`);
  }
  for (const line of tally.lines(first)) console.log(line);
  return tally.wrong() === 0 ? 0 : 1;
}

function whole(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  console.error(`${name} is ${JSON.stringify(text)}. Accepted: a whole number of up to nine digits.`);
  process.exit(2);
}
