import type { Cause } from "../../ci/lib/rollout/diagnose/causes.js";
import type { RolloutResult } from "../../ci/lib/rollout/result.js";
import type { Verdict } from "../../ci/lib/rollout/verdicts.js";
import type { DuringRollout } from "../../ci/lib/rollout/verify/during-rollout.js";
import type { RolloutState } from "../oracle/rollout-state.js";
import type { Drill, Ending } from "./drill.js";

/** Result of a drill. */
export interface DrillResult {
  drill: Drill;
  /** State of the rollout, read from ECS's own state. */
  state: RolloutState;
  /** True when the deployer itself rolled back to the previous revision. */
  rolledBack: boolean;
  /** Verdict or error that the deployer reported. */
  reported: ReportedEnding;
  /**
   * Seconds from the moment at which the outcome was true and visible to the verdict; absent without an outcome, or where only the deployer
   * caused it.
   */
  delay?: number;
  /** Seconds that the deploy took. */
  took: number;
  /** Responses of the public URL after the verdict, with real containers: versions, or a status such as `HTTP 503`. */
  served?: string[];
  /** The deployed version, where the public URL was requested. */
  release?: string;
  /** Number of AWS API calls. */
  calls: number;
}

export type ReportedEnding =
  | { verdict: Verdict; reason: string; cause?: Cause; diagnosis?: string; during?: DuringRollout }
  | { error: string; message: string };

export function reportedEnding(
  report: RolloutResult | undefined,
  error: { code?: string; message: string } | undefined,
): ReportedEnding {
  if (!report) return { error: error?.code ?? "no-code", message: error?.message ?? "It was killed." };
  const { verdict, reason, diagnosis, during } = report;
  const line = diagnosis && `${diagnosis.title}: ${diagnosis.evidence[0] ?? ""}`;
  return {
    ...{ verdict, reason },
    ...(diagnosis && { cause: diagnosis.cause }),
    ...(line && { diagnosis: line }),
    ...(during && { during }),
  };
}

/** Lists the mistakes of a drill's result; empty when the verdict is true and the one that the drill expects. Pure. */
export function mistakes({ drill, state, rolledBack, reported: said, served, release }: DrillResult): string[] {
  const ended = formatEnding(said);
  const wanted = wantedOf(drill.ends);
  return [
    ...(isSaid(drill.ends, said) ? [] : [`it ended as ${ended}, and should have as ${wanted}`]),
    ...("verdict" in said && !isTrue(said.verdict, state, rolledBack, drill.servesWrong ?? false)
      ? [`it said ${ended}, and true is ${state}`]
      : []),
    ...("verdict" in said && served && release !== undefined && !isServed(said.verdict, served, release)
      ? [`it said ${ended}, and served is ${served.join(", ")}`]
      : []),
    ...("verdict" in said ? unheard(drill, said.during) : []),
    ...(drill.cause !== undefined && "verdict" in said && said.cause !== drill.cause
      ? [`it named the cause ${said.cause ?? "(none)"}, which is ${drill.cause}`]
      : []),
  ];
}

function unheard({ dropsRequests }: Drill, during: DuringRollout | undefined): string[] {
  const { asked = 0, failed = 0, failures = [] } = during ?? {};
  if (dropsRequests === undefined) return [];
  if (asked === 0) return ["it asked nobody on the way"];
  if (failed > 0 === dropsRequests) return [];
  return dropsRequests
    ? [`it met none of the requests that fail, in ${asked}`]
    : [`${failed} of its ${asked} requests failed on the way: ${failures[0]?.answered}`];
}

/** Formats the ending: `rolled-back`, `refused: image-missing`, … */
export function formatEnding(said: ReportedEnding): string {
  if ("verdict" in said) return said.verdict;
  if (said.error !== "pre-flight") return `error ${said.error}`;
  return `refused: ${/^ {2}([a-z-]+):/m.exec(said.message)?.[1] ?? "?"}`;
}

function wantedOf(ends: Ending): string {
  if ("verdict" in ends) return ends.verdict;
  return "refused" in ends ? `refused: ${ends.refused}` : `error ${ends.unknown}`;
}

const isSaid = (ends: Ending, said: ReportedEnding) => formatEnding(said) === wantedOf(ends);

/** Checks that the served versions agree with the verdict. */
function isServed(verdict: Verdict, served: string[], release: string): boolean {
  if (verdict === "deployed") return served.every((each) => each === release);
  return verdict !== "rolled-back" || !served.includes(release);
}

/** Checks that a verdict is true of a rollout in this state. */
function isTrue(verdict: Verdict, state: RolloutState, rolledBack: boolean, servesWrong: boolean): boolean {
  switch (verdict) {
    case "deployed":
      return state === "deployed" && !servesWrong;
    case "deployed-unverified":
      return state === "deployed";
    case "failed":
      return (state === "failed" || (state === "deployed" && servesWrong)) && !rolledBack;
    case "deployed-early":
      return state === "deployed" || state === "settling" || state === "early";
    case "paused":
      return state === "paused";
    case "timed-out":
      return state === "open" || state === "settling";
    case "rolled-back":
      return state === "rolled-back" || state === "taken-back" || rolledBack;
    case "superseded":
      return state === "superseded" || state === "repeated";
    default:
      return state === verdict;
  }
}
