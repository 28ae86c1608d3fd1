import { onService, terraformSettings } from "../drills/service-settings.js";
import { openHttpEnvironment, type Speed, speeds } from "../http/http-environment.js";
import { openRecordingProxy } from "../http/recording-proxy.js";
import { scheduleInterventions } from "../http/scheduled-interventions.js";
import type { RolloutState } from "../oracle/rollout-state.js";
import type { StoredOutcome } from "../oracle/stored-state.js";
import type { CompleteTarget } from "../scenario/complete-target.js";
import type { ComparedDrill } from "./compared-drills.js";
import type { Tool, ToolReport } from "./tool.js";
import { isRight, outcomeOf } from "./tool-correctness.js";

/** Result of one drill with one tool. */
export interface ComparisonResult {
  drill: ComparedDrill;
  tool: Tool;
  reported: ToolReport;
  outcome: RolloutState;
  right: boolean;
  /**
   * Seconds from the moment the outcome was true to the tool's verdict; below 0 for a premature verdict. Absent where no such moment
   * exists.
   */
  delay?: number;
  /** Total duration of the tool, in seconds. */
  took: number;
  /** Number of the tool's API calls, counted on arrival. */
  calls: number;
  /** True when the service is left on a revision that the tool has deregistered. */
  deregistered: boolean;
}

/** Longer than the default waiting time of every tool. */
const LIMIT = 16 * 60_000;

/** Lets a tool carry out a drill's rollout in an environment of its own. */
export async function compare(
  drill: ComparedDrill,
  tool: Tool,
  target: CompleteTarget,
  requestedSpeed: Speed,
): Promise<ComparisonResult> {
  const speed = drill.speed ? speeds[drill.speed] : requestedSpeed;
  const scenario = onService(drill.scenario, { ...terraformSettings, desiredCount: target.created.desiredCount });
  const stage = await openHttpEnvironment(scenario, target, speed);
  const meanwhile = scheduleInterventions(stage, scenario, speed);
  const proxy = await openRecordingProxy(stage.url, {
    before({ number }) {
      if (number > 1) return;
      stage.begin();
      meanwhile.begin();
    },
    after({ operation }) {
      if (operation === "UpdateService") meanwhile.updated();
    },
  });
  try {
    const { keys, host, release } = stage;
    const started = performance.now();
    const result = await tool.deploy({
      url: proxy.url,
      setupUrl: stage.url,
      target,
      host,
      release,
      keys,
      limit: LIMIT,
    });
    const endedAt = Date.now();
    const took = (performance.now() - started) / 1000;
    const reported = { ...result, ...(took * 1000 >= LIMIT && { killed: true }) };
    const calls = proxy.calls.length;
    const updates = proxy.calls.filter((operation) => operation === "UpdateService").length;
    const problems = await meanwhile.done();
    if (problems.length > 0) throw new Error(`${drill.name} could not be played: ${problems.join("; ")}`);
    // After a premature verdict, the comparison waits here for the end of the rollout.
    const truth = await stage.outcome(speed.timing.deploymentStart + 400_000 / speed.factor);
    const outcome = outcomeOf(truth, drill.servesWrong ?? false, updates);
    return {
      ...{ drill, tool, reported, outcome, took, calls },
      right: isRight(reported, outcome),
      deregistered: truth.deregistered,
      ...delayOf(truth, endedAt),
    };
  } finally {
    await proxy.close();
    await stage.close();
  }
}

function delayOf({ at }: StoredOutcome, endedAt: number): { delay?: number } {
  return at === undefined ? {} : { delay: (endedAt - at) / 1000 };
}
