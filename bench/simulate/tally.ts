import { lateness } from "./check-lateness.js";
import { createCoverage } from "./coverage.js";
import type { Played } from "./one.js";

/** What many seeds have come to. */
export interface Tally {
  /** Plays one, and counts what came of it and what it took. */
  measure(play: () => Promise<Played>): Promise<Played>;
  wrong(): number;
  /** The end, for people. */
  lines(first: number): string[];
}

interface Late {
  seed: number;
  ms: number;
  verdict: string;
}

export function createTally(): Tally {
  const late: Late[] = [];
  const endings = new Map<string, number>();
  const spent = { direct: { seeds: 0, cpu: 0, real: 0 }, sdk: { seeds: 0, cpu: 0, real: 0 } };
  const coverage = createCoverage();
  let wrong = 0;

  async function measure(play: () => Promise<Played>): Promise<Played> {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const played = await play();
    const { user, system } = process.cpuUsage(cpu);
    const way = spent[played.way];
    way.seeds++;
    way.cpu += (user + system) / 1e6;
    way.real += (performance.now() - began) / 1e3;
    count(played);
    return played;
  }

  function count(played: Played) {
    const { seed, scenario, outcome, faults } = played;
    coverage.count(played);
    if (faults.length > 0) wrong++;
    const ending = outcome?.report?.verdict ?? nameOf(outcome?.runs.at(-1)?.error) ?? "not played";
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    const ms = outcome && lateness(scenario, outcome);
    if (ms !== undefined) late.push({ seed, ms, verdict: ending });
  }

  function lines(first: number): string[] {
    const seeds = spent.direct.seeds + spent.sdk.seeds;
    return [
      `${seeds} seeds from ${first} on, ${wrong} wrong.`,
      ...Object.entries(spent).flatMap(([way, { seeds, cpu, real }]) =>
        seeds === 0
          ? []
          : [
              `${way}: ${seeds} seeds, ${(seeds / cpu).toFixed(0)} a second of a core (${(seeds / real).toFixed(0)} a second by the clock)`,
            ],
      ),
      ...lateLines(late),
      `Ended: ${[...endings]
        .sort((a, b) => b[1] - a[1])
        .map(([ending, times]) => `${ending} ${times}`)
        .join(", ")}.`,
      "What came up:",
      ...coverage.lines(),
    ];
  }

  return { measure, wrong: () => wrong, lines };
}

const nameOf = (error?: { name: string; code?: string }) => error?.code ?? error?.name;

function lateLines(late: Late[]): string[] {
  if (late.length === 0) return [];
  late.sort((a, b) => a.ms - b.ms);
  const told = (verdicts: Late[]) => {
    const at = (share: number) => ((verdicts[Math.floor((verdicts.length - 1) * share)]?.ms ?? 0) / 1000).toFixed(1);
    return `median ${at(0.5)} s, p95 ${at(0.95)} s, last ${at(1)} s`;
  };
  const kinds = [...new Set(late.map(({ verdict }) => verdict))];
  return [
    `${late.length} verdicts that were watched for, from when the API showed all that they rest on to ECS's answer in the last look: ${told(late)}`,
    ...kinds.map((kind) => {
      const same = late.filter(({ verdict }) => verdict === kind);
      return `  ${kind} (${same.length}): ${told(same)}`;
    }),
    `  The slowest: ${late
      .slice(-5)
      .reverse()
      .map(({ seed, ms, verdict }) => `seed ${seed} ${verdict} ${(ms / 1000).toFixed(1)} s`)
      .join(", ")}`,
  ];
}
