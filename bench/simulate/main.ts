/** `npm run simulate`: plays seeded rollouts in virtual time and holds each verdict against the truth. Exits 1 when one is wrong. */
import { parseArgs } from "node:util";
import { lateness } from "./check.js";
import { type Played, playScenario, playSeed, scenarioOf, shrink, wayOf } from "./one.js";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    scenario: { type: "string" },
    sdk: { type: "boolean", default: false },
    shrink: { type: "boolean", default: false },
  },
});

process.exitCode = values.seed === undefined ? await many() : await one(Number(values.seed));

/** Plays one seed and shows everything of it. */
async function one(seed: number): Promise<number> {
  const way = values.sdk ? "sdk" : wayOf(seed);
  const scenario = values.scenario
    ? JSON.parse(values.scenario)
    : values.shrink
      ? await shrink(seed, way, 60_000)
      : scenarioOf(seed);
  const played = await playScenario(scenario, seed, way);
  const { outcome } = played;
  for (const entry of outcome?.trace ?? []) console.log(JSON.stringify(entry));
  console.log(JSON.stringify(scenario, null, 1));
  console.log(
    JSON.stringify({ truth: outcome?.truth, serves: outcome?.serves, answers: outcome?.answers.slice(-5) }, null, 1),
  );
  for (const { report, error, ...run } of outcome?.runs ?? [])
    console.log(JSON.stringify({ ...run, verdict: report?.verdict, reason: report?.reason, error }));
  console.log(played.faults.length === 0 ? "Nothing is wrong." : played.faults.join("\n"));
  return played.faults.length === 0 ? 0 : 1;
}

async function many(): Promise<number> {
  const first = Number(values.from);
  const count = Number(values.seeds);
  const wrong: Played[] = [];
  const late: { seed: number; ms: number; verdict: string }[] = [];
  const verdicts = new Map<string, number>();
  const time = { direct: 0, sdk: 0 };
  const played = { direct: 0, sdk: 0 };
  let shownAt = performance.now();
  for (let seed = first; seed < first + count; seed++) {
    const began = performance.now();
    const one = await playSeed(seed);
    time[one.way] += performance.now() - began;
    played[one.way]++;
    const { outcome } = one;
    const verdict = outcome?.report?.verdict ?? outcome?.runs.at(-1)?.error?.code ?? "none";
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    const ms = outcome && lateness(one.scenario, outcome);
    if (ms !== undefined) late.push({ seed, ms, verdict });
    if (one.faults.length > 0) {
      wrong.push(one);
      console.log(`seed ${seed} (${one.way}): ${one.faults.join("; ").slice(0, 500)}`);
      console.log(`  again: npm run simulate -- --seed ${seed} [--shrink]`);
    }
    if (performance.now() - shownAt > 5_000) {
      shownAt = performance.now();
      console.log(`${seed - first + 1} of ${count}, ${wrong.length} wrong`);
    }
  }
  late.sort((a, b) => a.ms - b.ms);
  console.log(`${count} seeds from ${first}: ${wrong.length} wrong`);
  for (const way of ["direct", "sdk"] as const) {
    if (played[way] > 0)
      console.log(`${way}: ${played[way]} at ${((played[way] / time[way]) * 1000).toFixed(0)} a second`);
  }
  const at = (share: number) =>
    ((late[Math.min(late.length - 1, Math.floor(late.length * share))]?.ms ?? 0) / 1000).toFixed(2);
  console.log(
    `${late.length} verdicts told when they came true: median ${at(0.5)} s, p95 ${at(0.95)} s, p99 ${at(0.99)} s after they could be seen`,
  );
  for (const { seed, ms, verdict } of late.slice(-5).reverse())
    console.log(`  ${(ms / 1000).toFixed(1)} s: seed ${seed}, ${verdict}`);
  console.log(
    [...verdicts]
      .sort((a, b) => b[1] - a[1])
      .map(([verdict, times]) => `${verdict} ${times}`)
      .join(", "),
  );
  return wrong.length === 0 ? 0 : 1;
}
