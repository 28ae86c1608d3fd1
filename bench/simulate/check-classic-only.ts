/** Verdicts that are accepted without the newer APIs, where the report itself states that something is uncertain. */
import type { RolloutResult } from "../../ci/lib/rollout/result.js";
import type { RolloutState } from "../oracle/rollout-state.js";
import type { Scenario } from "../scenario/scenario.js";
import type { DeployerRun } from "../virtual/deployer-run.js";
import type { Outcome } from "../virtual/simulate.js";

/** Checks whether the verdict is accepted where the report states what could not be read: the listed status hides only a wait in a hook. */
export function isAllowedWhenUncertain(
  { verdict, uncertain }: RolloutResult,
  state: RolloutState,
  scenario: Scenario,
  outcome: Outcome,
): boolean {
  if (uncertain.some((text) => text.includes("classic deployments"))) {
    return isAllThatShows(state, verdict, scenario, outcome);
  }
  return uncertain.length > 0 && state === "paused" && verdict === "timed-out";
}

/** Checks that the classic deployments, the only ones that could be read, do not contradict a verdict. */
function isAllThatShows(state: RolloutState, verdict: string, scenario: Scenario, outcome: Outcome): boolean {
  const { oracle: truth, runs } = outcome;
  const begunAt = truth.updates[0]?.at ?? 0;
  switch (state) {
    // It does not tell of early success, nor of hooks.
    case "early":
    case "paused":
      return verdict === "timed-out";
    // Who deploys between a stop and the next look has taken the place of ours for all that it tells.
    case "stopped":
      return verdict === "failed" || (verdict === "superseded" && isDeployedTo(outcome, begunAt));
    // Our own way back, begun by an earlier call, is taken for ECS's.
    case "going-back":
    case "not-taken-back":
      return verdict === "timed-out" && runs.length > 1;
    // What became of the repetition is taken for what became of ours: it is the same revision.
    case "repeated":
      return verdict !== "deployed-early" && verdict !== "paused";
    case "settling":
      return isForced(scenario) && ["stopped", "failed", "rolled-back"].includes(verdict);
    // A rollback that a person asked for and that finds nothing to go back to has ECS's words for a stop.
    case "failed":
      return verdict === "stopped" && truth.stoppedBy === "operator";
    // Who forces a new deployment while ECS goes back makes another of the very revision that ECS goes to, and so does ECS itself where a
    // rollback has a new id: what becomes of that is told of the way back. And what took the place of ours may have been rolled back itself
    // before a later call looks.
    case "superseded":
      return isForced(scenario)
        ? ["rolled-back", "timed-out", "failed"].includes(verdict)
        : ["rolled-back", "timed-out"].includes(verdict) && runs.length > 1 && isDeployedTo(outcome, begunAt);
    // It has gone back once the old tasks are gone: who deploys before that comes on the way back.
    case "rolled-back":
      return (
        (verdict === "superseded" && isDeployedTo(outcome, begunAt)) ||
        (verdict === "timed-out" && isStillSettling(truth, runs))
      );
    default:
      return false;
  }
}

const isForced = ({ interventions = [] }: Scenario) => interventions.some((one) => one.do === "redeploy");

/** Checks for another user's or the concurrent deploy's deployment at that moment or later. */
export function isDeployedTo({ trace, concurrent }: Outcome, since: number): boolean {
  const bySomebody = trace.some(
    (entry) => entry.kind === "world" && entry.at >= since && /^operator (deploys|forces)/.test(entry.text),
  );
  return bySomebody || concurrent?.oracle.updates.some(({ at, began }) => began && at >= since) === true;
}

/** The classic deployment is COMPLETED once the old tasks are gone: 38 s after the service deployment's end where that was recorded. */
function isStillSettling({ moments }: Outcome["oracle"], runs: readonly DeployerRun[]): boolean {
  const { at, state } = moments.at(-1) ?? { at: 0, state: "none" };
  return state === "rolled-back" && (runs.at(-1)?.endedAt ?? 0) - at < 60_000;
}
