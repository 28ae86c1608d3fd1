import { quantile } from "../common/quantile.js";
import type { MeasuredSeed } from "./measure.js";

/** Sums of the results of many seeds. */
export interface Tally {
  count(measured: MeasuredSeed): void;
  seeds(): number;
  wrong(): number;
  /** Formats the summary. @param seconds Real time for all of them. */
  lines(first: number, seconds: number, processes: number): string[];
}

interface Late {
  seed: number;
  ms: number;
  verdict: string;
}

export function createTally(): Tally {
  const late: Late[] = [];
  const endings = new Map<string, number>();
  const spent = { direct: { seeds: 0, cpu: 0 }, sdk: { seeds: 0, cpu: 0 } };
  const coverage = new Map<string, Map<string, number>>();
  let wrong = 0;

  function count({ seed, way, ending, faults, late: ms, covered, cpu }: MeasuredSeed) {
    spent[way].seeds++;
    spent[way].cpu += cpu;
    if (faults.length > 0) wrong++;
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    if (ms !== undefined) late.push({ seed, ms, verdict: ending });
    for (const [group, name] of covered) {
      const names = coverage.get(group) ?? new Map<string, number>();
      coverage.set(group, names.set(name, (names.get(name) ?? 0) + 1));
    }
  }

  const seeds = () => spent.direct.seeds + spent.sdk.seeds;

  function lines(first: number, seconds: number, processes: number): string[] {
    const by = processes === 1 ? "one process" : `${processes} processes`;
    return [
      `${seeds()} seeds from ${first} on, ${wrong} wrong, in ${seconds.toFixed(0)} s by ${by}: ${(seeds() / seconds).toFixed(0)} a second.`,
      ...Object.entries(spent).flatMap(([way, { seeds, cpu }]) =>
        seeds === 0 ? [] : [`${way}: ${seeds} seeds, ${(seeds / cpu).toFixed(0)} a second of a core`],
      ),
      ...lateLines(late),
      `Ended: ${oftenestFirst(endings)}.`,
      "Coverage:",
      ...[...coverage].map(([group, names]) => `  ${group}: ${oftenestFirst(names)}`),
    ];
  }

  return { count, seeds, wrong: () => wrong, lines };
}

function oftenestFirst(counts: Map<string, number>): string {
  const sorted = [...counts].sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
  return sorted.map(([name, times]) => `${name} ${times}`).join(", ");
}

function lateLines(late: Late[]): string[] {
  if (late.length === 0) return [];
  late.sort((a, b) => a.ms - b.ms);
  const percentiles = (verdicts: Late[]) => {
    const delays = verdicts.map(({ ms }) => ms);
    const at = (share: number) => (quantile(delays, share) / 1000).toFixed(1);
    return `median ${at(0.5)} s, p95 ${at(0.95)} s, last ${at(1)} s`;
  };
  const kinds = [...new Set(late.map(({ verdict }) => verdict))];
  return [
    `${late.length} verdicts, from the time at which the API showed all evidence to ECS's response in the last poll: ${percentiles(late)}`,
    ...kinds.map((kind) => {
      const same = late.filter(({ verdict }) => verdict === kind);
      return `  ${kind} (${same.length}): ${percentiles(same)}`;
    }),
    `  The slowest: ${late
      .slice(-5)
      .reverse()
      .map(({ seed, ms, verdict }) => `seed ${seed} ${verdict} ${(ms / 1000).toFixed(1)} s`)
      .join(", ")}`,
  ];
}
