import type { LoadResult } from "./load.js";
import type { MeasuredShare } from "./traffic-shift.js";

/** Row of the summary table. */
export interface Step {
  name: string;
  /** Seconds. */
  seconds: number;
  outcome: string;
  /** Results of the load, if any. */
  load?: LoadResult;
  /** Measured shares of a traffic shift's steps, if any. */
  shares?: MeasuredShare[];
}

/** Runs `work` as the next step: prints its name, and adds a row when it succeeds. */
export async function recordStep<T>(
  steps: Step[],
  name: string,
  work: () => Promise<T>,
  outcome?: (result: T) => string,
  log: (line: string) => void = console.log,
): Promise<T> {
  log(`\n▸ ${name}`);
  const started = performance.now();
  const result = await work();
  const seconds = (performance.now() - started) / 1000;
  steps.push({ name, seconds, outcome: outcome ? outcome(result) : String(result) });
  return result;
}

const shortShare = ({ requested, measured }: MeasuredShare) => `${measured.toFixed(1)} % at ${requested} %`;

/** Formats the steps as aligned columns: name, time, outcome, versions served, requests answered and failed. */
export function formatTable(steps: Step[]): string {
  const rows = steps.map((step) => [
    step.name,
    `${step.seconds.toFixed(1)} s`,
    [step.outcome, ...(step.shares ?? []).map(shortShare)].join(", "),
    step.load ? [...step.load.versions].map(([version, count]) => `${version} ×${count}`).join(", ") : "",
    step.load ? `${step.load.ok} ok, ${step.load.failed} failed` : "",
  ]);
  const all = [["step", "time", "outcome", "versions served", "requests"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
