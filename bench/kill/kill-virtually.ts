import type { Drill } from "../drills/drill.js";
import { type DrillSettings, onService } from "../drills/service-settings.js";
import type { Kill, Scenario } from "../scenario/scenario.js";
import { checkOutcome } from "../simulate/check-outcome.js";
import { simulate } from "../virtual/simulate.js";

/** Result of a drill's deploy that was killed at every chosen boundary and run again, in virtual time. */
export interface VirtualKills {
  /** Number of calls of the deploy when nothing kills it. */
  calls: number;
  /** Number of kill points that were tried. */
  tried: number;
  /** One line for each kill point whose outcome differs from that of the undisturbed deploy, or whose verdict is wrong. */
  problems: string[];
}

const ways = ["killed-before", "killed-after", "answer-lost"] as const;
/** Milliseconds until the same command runs again. */
const pause = 5_000;

/**
 * Kills a drill's deploy at its calls, one at a time, and runs the same command again: it must end with the verdict of the undisturbed
 * deploy, of one rollout.
 * @param every Interval between the chosen kill points.
 */
export async function killVirtually(drill: Drill, settings: DrillSettings, every = 1): Promise<VirtualKills> {
  const { deployer, ...rest } = onService(drill.scenario, settings);
  const scenario: Scenario = { ...rest, deployer: { ...deployer, runId: "killed" } };
  const undisturbed = await simulate(scenario, 1);
  const { calls } = undisturbed.runs[0];
  const points = Array.from({ length: calls }, (_, index) =>
    ways.map((how): Kill => ({ call: index + 1, how, pause })),
  );
  const chosen = points.flat().filter((_, index) => index % every === 0);
  const problems: string[] = [];
  for (const kill of chosen)
    for (const problem of await problemsOf({ ...scenario, kills: [kill] }, undisturbed.report?.verdict))
      problems.push(`${kill.how} at call ${kill.call}: ${problem}`);
  return { calls, tried: chosen.length, problems };
}

async function problemsOf(scenario: Scenario, wanted: string | undefined): Promise<string[]> {
  const outcome = await simulate(scenario, 1);
  const verdict = outcome.report?.verdict ?? outcome.runs.at(-1)?.error?.message;
  const begun = outcome.oracle.updates.filter((update) => update.began && !update.isUndo).length;
  return [
    ...checkOutcome(scenario, outcome),
    ...(verdict === wanted ? [] : [`it ended as ${verdict}, and ends as ${wanted} when nothing kills it`]),
    ...(begun === 1 ? [] : [`${begun} rollouts began`]),
  ];
}
