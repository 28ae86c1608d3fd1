import type { DeployerRun, Outcome } from "../virtual/outcome.js";
import { scenarioOf, shrink, simulateScenario, wayOf } from "./simulate-seed.js";

/** Limit of the search for a smaller scenario, in milliseconds of real time. */
const shrinkLimit = 60_000;

/** Simulates one seed and prints all of it. Returns the exit code. */
export async function showSeed(seed: number, smaller: boolean): Promise<number> {
  const way = wayOf(seed);
  const scenario = smaller ? await shrink(seed, way, shrinkLimit) : scenarioOf(seed);
  const { outcome, faults } = await simulateScenario(scenario, seed, way);
  for (const line of outcome ? linesOf(outcome) : []) console.log(line);
  console.log(`\nThe scenario: ${JSON.stringify(scenario)}`);
  console.log(faults.length === 0 ? "Nothing is wrong." : `Wrong: ${faults.join("; ")}`);
  return faults.length === 0 ? 0 : 1;
}

const at = (ms: number) => `${(ms / 1000).toFixed(1).padStart(8)} s`;

function linesOf({ trace, serves, concurrent, ...first }: Outcome): string[] {
  return [
    ...trace.map((entry) => {
      if (entry.kind === "call") return `${at(entry.at)}  call ${entry.run}  ${entry.operation} ${entry.result}`;
      return `${at(entry.at)}  ${entry.kind === "line" ? `line ${entry.run}  ${entry.text}` : `world   ${entry.text}`}`;
    }),
    ...deployOf(first, ""),
    ...(concurrent ? deployOf(concurrent, " of the second deploy") : []),
    `\nRunning at the end: ${JSON.stringify(serves)}`,
  ];
}

function deployOf({ oracle: truth, runs }: Pick<Outcome, "oracle" | "runs">, whose: string): string[] {
  return [
    `\nThe oracle${whose}:`,
    ...truth.moments.map(
      (moment) => `${at(moment.at)}  ${moment.state} (visible from ${moment.visibleAt / 1000} s on)`,
    ),
    `\nThe runs${whose}:`,
    ...runs.map(({ startedAt, endedAt, calls, ...run }) => {
      return `${at(startedAt)} to ${at(endedAt)}, ${calls} calls, ${endOf(run)}`;
    }),
  ];
}

function endOf({ killed, report, error }: Pick<DeployerRun, "killed" | "report" | "error">): string {
  if (killed) return "killed";
  return report ? `${report.verdict}: ${report.reason}` : `${error?.code}: ${error?.message}`;
}
