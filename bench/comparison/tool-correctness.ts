import type { Verdict } from "../../ci/lib/rollout/verdicts.js";
import type { RolloutState } from "../oracle/rollout-state.js";
import type { StoredOutcome } from "../oracle/stored-state.js";
import type { ToolReport } from "./tool.js";

/**
 * Returns the outcome of the release from the sender's view. A tool's own second update that leaves the service on another version is a
 * rollback; a release that ECS runs and that serves another version has failed.
 * @param updates Number of the tool's UpdateService calls.
 */
export function outcomeOf({ state, returned }: StoredOutcome, servesWrong: boolean, updates: number): RolloutState {
  if (returned && updates > 1 && ["superseded", "deployed", "failed"].includes(state)) return "rolled-back";
  return state === "deployed" && servesWrong ? "failed" : state;
}

/** Outcome that each verdict of Slipway stands for. */
const meant: Partial<Record<Verdict | "refused", RolloutState>> = {
  refused: "none",
  deployed: "deployed",
  "deployed-early": "deployed",
  "rolled-back": "rolled-back",
  failed: "failed",
  superseded: "superseded",
  stopped: "stopped",
  "timed-out": "open",
  paused: "paused",
  // The release runs, and the public URL shows something else.
  "deployed-unverified": "failed",
  "nothing-ran": "nothing-ran",
};

/**
 * Checks a tool's verdict. A tool that reports only success or failure is right when it reports success for a release that is deployed, and
 * for no other. A tool with more detailed verdicts is right when it reports the exact outcome. A tool without a verdict at its time limit
 * is wrong.
 */
export function isRight({ success, verdict, killed }: ToolReport, outcome: RolloutState): boolean {
  if (killed) return false;
  // Another user's deployment of the same revision supersedes ours as any other does.
  if (verdict !== undefined) return meant[verdict as Verdict] === (outcome === "repeated" ? "superseded" : outcome);
  return success === (outcome === "deployed");
}
