import type { Moment } from "../oracle/oracle-record.js";
import type { RolloutState } from "../oracle/rollout-state.js";
import type { Scenario } from "../scenario/scenario.js";
import type { DeployerRun, Outcome } from "../virtual/outcome.js";
import { timeOfGate } from "./check-gates.js";

/**
 * Milliseconds of one poll of ECS, with up to eight calls and a retry; where calls hang, as long as the deployer's limit for one: a verdict
 * may report a state from this time.
 */
export const pollTime = ({ aws }: Scenario) =>
  5_000 + 8 * (aws?.latency?.[1] ?? 80) + (aws?.faults?.some(({ kind }) => hangs.has(kind)) ? 20_000 : 0);
const hangs = new Set(["silent", "delayed"]);

/** Lists the rollout's states from the last poll until the deployer's end. */
export function statesSeen(scenario: Scenario, outcome: Outcome, run: DeployerRun): RolloutState[] {
  const from = watchedUntil(run) - pollTime(scenario);
  const statesIn = (moments: readonly Moment[]) =>
    moments
      .filter(({ at }, index) => at <= run.endedAt && (moments[index + 1]?.at ?? Number.POSITIVE_INFINITY) > from)
      .map(({ state }) => state);
  return [...new Set(momentsOf(outcome).flatMap(statesIn))];
}

/** The deployer stops polling ECS once it requests the public URL. */
export const watchedUntil = ({ lastPollAt, verifiedAt = lastPollAt }: DeployerRun) => Math.min(lastPollAt, verifiedAt);

/**
 * The deployer may report another user's rollout, the concurrent deploy's, a repetition of its own, or an earlier one of its own
 * that the last has been rolled back to.
 */
function momentsOf({ oracle: truth, report }: Outcome): (readonly Moment[])[] {
  const reported = report?.taskDefinition ?? "";
  const also = [
    report?.attached ? (truth.ofRepetition[reported] ?? []) : [],
    truth.ofOther?.[reported] ?? [],
    report?.undo ? truth.moments : [],
  ];
  const { taskDefinition = reported } =
    truth.updates.findLast(({ began, taskDefinition }) => began && truth.own.includes(taskDefinition)) ?? {};
  if (reported === "" || (truth.own.includes(reported) && reported === taskDefinition)) return [truth.moments, ...also];
  return [truth.ofRevision[reported] ?? truth.moments, ...also];
}

/** Milliseconds after it is visible: a stop or a pause shows on the service deployment alone, which is polled every 20 s. */
const promised = 25_000;

export function tooLate(scenario: Scenario, outcome: Outcome): string[] {
  const late = lateness(scenario, outcome) ?? 0;
  return late <= promised ? [] : [`came ${late / 1000} s after it was visible`];
}

/**
 * Returns the verdict's delay after it became visible, in milliseconds: from the moment at which the API shows all its evidence to ECS's
 * response in the last poll. Undefined where the deployer was not running at that moment, where the deadline decided, where a gate requested
 * its listener in between, and where calls are slow or fail: the limit applies to an AWS that responds in 20 to 80 ms.
 */
export function lateness(scenario: Scenario, outcome: Outcome): number | undefined {
  const { aws } = scenario;
  const { runs, report } = outcome;
  if (!report || report.uncertain.length > 0 || aws?.latency || aws?.faults?.length) return undefined;
  const run = runs.at(-1) as DeployerRun;
  // Its rollback may be the other deploy's.
  const moments = report.undo ? momentsOf(outcome).flat() : (momentsOf(outcome)[0] ?? []);
  const decisive = moments
    .filter(({ at }) => at <= run.lastPollAt)
    .sort((a, b) => a.at - b.at)
    .at(-1);
  if (!decisive || ["none", "open", "shifted", "settling", "going-back"].includes(decisive.state)) return undefined;
  const seenAt = watchedUntil(run);
  if (decisive.visibleAt <= run.startedAt || seenAt < decisive.at) return undefined;
  const isInGate = report.gates?.some((gate) => {
    const { since, until } = timeOfGate(gate, scenario);
    return until > decisive.visibleAt && since < seenAt;
  });
  return isInGate ? undefined : Math.max(0, seenAt - decisive.visibleAt);
}
