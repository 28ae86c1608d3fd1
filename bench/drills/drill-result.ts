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
  /** Progress lines, in virtual time. */
  lines?: string[];
  /** Number of AWS API calls. */
  calls: number;
}

export type ReportedEnding =
  | { verdict: Verdict; reason: string; cause?: Cause; diagnosis?: string; during?: DuringRollout }
  | { error: string; message: string; findings?: readonly string[] };

export function reportedEnding(
  report: RolloutResult | undefined,
  error: { code?: string; message: string; findings?: readonly string[] } | undefined,
): ReportedEnding {
  if (!report) {
    const { code = "no-code", message = "It was killed.", findings } = error ?? {};
    return { error: code, message, ...(findings && { findings }) };
  }
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
export function mistakes({ drill, state, rolledBack, reported, served, release, lines }: DrillResult): string[] {
  const ended = formatEnding(reported);
  const wanted = wantedOf(drill.ends);
  return [
    ...(isReported(drill.ends, reported) ? [] : [`it ended as ${ended}, and should have as ${wanted}`]),
    ...("verdict" in reported && !isTrue(reported.verdict, state, rolledBack, drill.servesWrong ?? false)
      ? [`the verdict is ${ended}, and the oracle has ${state}`]
      : []),
    ...("verdict" in reported && served && release !== undefined && !isServed(reported.verdict, served, release)
      ? [`the verdict is ${ended}, and served is ${served.join(", ")}`]
      : []),
    ...("verdict" in reported ? wrongRequests(drill, reported.during) : []),
    ...(drill.cause !== undefined && "verdict" in reported && reported.cause !== drill.cause
      ? [`it named the cause ${reported.cause ?? "(none)"}, which is ${drill.cause}`]
      : []),
    ...(drill.finds !== undefined && lines && !lines.some((line) => line.includes(drill.finds ?? ""))
      ? [`no line of it states ${drill.finds}`]
      : []),
  ];
}

function wrongRequests({ dropsRequests }: Drill, during: DuringRollout | undefined): string[] {
  const { requests = 0, failed = 0, failures = [] } = during ?? {};
  if (dropsRequests === undefined) return [];
  if (requests === 0) return ["it sent no request during the rollout"];
  if (failed > 0 === dropsRequests) return [];
  return dropsRequests
    ? [`none of its ${requests} requests met a failure during the rollout`]
    : [`${failed} of its ${requests} requests failed during the rollout: ${failures[0]?.answered}`];
}

/** Formats the ending: `rolled-back`, `refused: image-missing`, … */
export function formatEnding(reported: ReportedEnding): string {
  if ("verdict" in reported) return reported.verdict;
  return reported.findings ? `refused: ${reported.findings[0]}` : `error ${reported.error}`;
}

function wantedOf(ends: Ending): string {
  if ("verdict" in ends) return ends.verdict;
  return "refused" in ends ? `refused: ${ends.refused}` : `error ${ends.unknown}`;
}

const isReported = (ends: Ending, reported: ReportedEnding) => formatEnding(reported) === wantedOf(ends);

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
      return state === "open" || state === "shifted" || state === "settling";
    case "rolled-back":
      return state === "rolled-back" || state === "taken-back" || rolledBack;
    case "superseded":
      return state === "superseded" || state === "repeated";
    default:
      return state === verdict;
  }
}
