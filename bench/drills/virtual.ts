import { type Outcome, play } from "../world/play.js";
import type { Drill } from "./drill.js";
import { type Played, saidOf } from "./played.js";
import { type DrillSettings, onService } from "./settings.js";

/** A drill in virtual time: no socket, no sleep, and the same every time for a seed. */
export async function playVirtually(drill: Drill, settings: DrillSettings, seed = 1): Promise<Played> {
  const scenario = onService(drill.scenario, settings);
  const outcome = await play(scenario, seed);
  const run = outcome.runs.at(-1) ?? outcome.runs[0];
  const moment = outcome.truth.moments.findLast(({ at }) => at <= run.endedAt) ?? outcome.truth.moments[0];
  const tookBack = hasTakenBack(outcome);
  const isOpen = ["none", "open", "settling"].includes(moment.state);
  return {
    drill,
    state: moment.state,
    tookBack,
    said: saidOf(run.report, run.error),
    ...(!isOpen && !tookBack && { delay: (run.endedAt - moment.visibleAt) / 1000 }),
    took: (run.endedAt - run.startedAt) / 1000,
    calls: outcome.runs.reduce((sum, { calls }) => sum + calls, 0),
  };
}

/** The deployer began a second deployment, and what it brought first serves no more. */
function hasTakenBack({ truth, serves, report }: Outcome): boolean {
  const begun = truth.updates.filter(({ began }) => began).length;
  return begun > 1 && serves[report?.release.version ?? ""] === undefined;
}
