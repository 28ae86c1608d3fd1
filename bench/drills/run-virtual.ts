import type { Outcome } from "../virtual/outcome.js";
import { simulate } from "../virtual/simulate.js";
import type { Drill } from "./drill.js";
import { type DrillResult, reportedEnding } from "./drill-result.js";
import { atPhase } from "./phases.js";
import { type DrillSettings, onService } from "./service-settings.js";

/**
 * Runs a drill in virtual time: no socket, no sleep, and the same result every time for a seed.
 * @param phase Which of `phases` it runs at; each has its own seed.
 */
export async function runVirtually(
  drill: Drill,
  settings: DrillSettings,
  first = 1,
  phase = 0,
  phases = 1,
): Promise<DrillResult> {
  const scenario = atPhase(onService(drill.scenario, settings), phase, phases);
  const seed = first + phase;
  const outcome = await simulate(scenario, seed);
  const run = outcome.runs.at(-1) ?? outcome.runs[0];
  const moment = outcome.oracle.moments.findLast(({ at }) => at <= run.endedAt) ?? outcome.oracle.moments[0];
  const rolledBack = hasTakenBack(outcome);
  const isOpen = ["none", "open", "shifted", "settling"].includes(moment.state);
  return {
    drill,
    state: moment.state,
    rolledBack,
    reported: reportedEnding(run.report, run.error),
    ...(!isOpen && !rolledBack && { delay: (run.endedAt - moment.visibleAt) / 1000 }),
    took: (run.endedAt - run.startedAt) / 1000,
    lines: outcome.trace.flatMap((entry) => (entry.kind === "line" ? [entry.text] : [])),
    calls: outcome.runs.reduce((sum, { calls }) => sum + calls, 0),
  };
}

/** True when the deployer began a second deployment and the first release serves no more. */
function hasTakenBack({ oracle: truth, serves, report }: Outcome): boolean {
  const begun = truth.updates.filter(({ began }) => began).length;
  return begun > 1 && serves[report?.release.version ?? ""] === undefined;
}
