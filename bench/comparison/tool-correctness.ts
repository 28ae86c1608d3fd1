import type { Verdict } from "../../ci/lib/rollout/judge/verdict.js";
import type { RolloutState } from "../oracle/rollout-state.js";
import type { StoredOutcome } from "../oracle/stored-state.js";
import type { ToolReport } from "./tool.js";

/**
 * Returns the outcome of the release as its sender sees it. A tool's own second update that leaves the service on another version has taken
 * it back; one that ECS runs and that serves another version has failed.
 * @param updates How often the tool has called UpdateService.
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
  "nothing-ran": "nothing-ran",
};

/**
 * A tool that tells only success or failure is right when it says success for a release that is deployed, and for no other. One that
 * tells more is right when it tells exactly what became of it. One that has said nothing when its time was up is wrong.
 */
export function isRight({ success, verdict, killed }: ToolReport, outcome: RolloutState): boolean {
  if (killed) return false;
  // Somebody's deployment of the same revision takes the place of ours as any other does.
  if (verdict !== undefined) return meant[verdict as Verdict] === (outcome === "repeated" ? "superseded" : outcome);
  return success === (outcome === "deployed");
}
