/** Verdicts that are accepted without the newer APIs, where the report itself states that something is uncertain. */
import type { RolloutResult } from "../../ci/lib/rollout/result.js";
import type { RolloutState } from "../oracle/rollout-state.js";
import type { Scenario } from "../scenario/scenario.js";
import type { DeployerRun, Outcome } from "../virtual/outcome.js";

/** Checks that the verdict is accepted where the report states which reads failed: the listed status hides only a wait in a hook. */
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
    // It shows neither early success nor hooks.
    case "early":
    case "paused":
      return verdict === "timed-out";
    // A deployment between a stop and the next poll has superseded ours, by all that it shows.
    case "stopped":
      return verdict === "failed" || (verdict === "superseded" && isDeployedTo(outcome, begunAt));
    // Our own rollback, begun by an earlier call, looks like ECS's.
    case "going-back":
    case "not-taken-back":
      return verdict === "timed-out" && runs.length > 1;
    // The outcome of the repetition looks like the outcome of ours: it is the same revision.
    case "repeated":
      return verdict !== "deployed-early" && verdict !== "paused";
    case "settling":
      return isForced(scenario) && ["stopped", "failed", "rolled-back"].includes(verdict);
    // A user's rollback without a target has ECS's message for a stop. A deployment that ends a rollback makes it fail, and has superseded
    // it, by all that shows.
    case "failed":
      return (
        (verdict === "stopped" && truth.stoppedBy === "operator") ||
        (verdict === "superseded" && isDeployedTo(outcome, begunAt))
      );
    // A forced deployment during ECS's rollback deploys the rollback's own revision again, and so does ECS itself where a rollback has a
    // new id: the outcome of that deployment looks like the rollback's. The deployment that superseded ours may also have been rolled back
    // before a later call polls, or by a Lambda function within seconds.
    case "superseded":
      return isForced(scenario)
        ? ["rolled-back", "timed-out", "failed"].includes(verdict)
        : ["rolled-back", "timed-out"].includes(verdict) &&
            (runs.length > 1 || scenario.functions !== undefined) &&
            isDeployedTo(outcome, begunAt);
    // The rollback ends with the last old task: a deployment before that comes during the rollback.
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
  const byOtherUser = trace.some(
    (entry) => entry.kind === "world" && entry.at >= since && /^operator (deploys|forces)/.test(entry.text),
  );
  return byOtherUser || concurrent?.oracle.updates.some(({ at, began }) => began && at >= since) === true;
}

/** The classic deployment is COMPLETED once the old tasks have ended: 38 s after the service deployment's end in the recorded case. */
function isStillSettling({ moments }: Outcome["oracle"], runs: readonly DeployerRun[]): boolean {
  const { at, state } = moments.at(-1) ?? { at: 0, state: "none" };
  return state === "rolled-back" && (runs.at(-1)?.endedAt ?? 0) - at < 60_000;
}
