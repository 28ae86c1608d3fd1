/**
 * `npm run simulate`: plays seeded rollouts in virtual time and holds each verdict against the truth. Exits 1 when anything is wrong,
 * 2 for bad input.
 *
 * --seeds N     how many (1000), from --from on (1); Ctrl-C ends it and tells what they have come to so far
 * --seed S      one alone, with everything that happened in it; --shrink looks for a smaller scenario that is still wrong
 */
import { parseArgs } from "node:util";
import { playSeed } from "./one.js";
import { one } from "./show.js";
import { createTally } from "./tally.js";

const shownEvery = 5_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "1000" },
      from: { type: "string", default: "1" },
      seed: { type: "string" },
      shrink: { type: "boolean", default: false },
    },
  });
  if (values.seed !== undefined) return one(whole("--seed", values.seed), values.shrink);
  return many(whole("--from", values.from), whole("--seeds", values.seeds));
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
