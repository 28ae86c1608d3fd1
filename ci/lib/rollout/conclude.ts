import { nameIn } from "../common/aws-names.js";
import type { Judgement } from "./judge/verdict.js";
import type { AutomaticRollback } from "./rollback/automatic-rollback.js";
import type { Verdict } from "./verdicts.js";
import type { HttpCheck } from "./verify/verify.js";

/** Everything that the final verdict depends on. */
export interface FinalState {
  version: string;
  judgement: Judgement & { state: "decided" };
  http: HttpCheck;
  undone?: AutomaticRollback;
  /** HTTP check after the automatic rollback. */
  undoHttp: HttpCheck;
}
export interface Conclusion {
  verdict: Verdict;
  reason: string;
}

/**
 * Returns the final verdict of a deploy. A deployment that ECS reports as successful fails when the public URL serves something else.
 * After an automatic rollback, the outcome of that rollback decides. Pure.
 */
export function conclude({ version, judgement, http, undone, undoHttp }: FinalState): Conclusion {
  const own = withHttp(judgement, http, version);
  if (!undone) return own;
  const because = judgement.verdict === "superseded" ? `It was proven wrong: ${undone.why}.` : own.reason;
  if ("refused" in undone)
    return { verdict: own.verdict, reason: `${own.reason} It was not rolled back: ${undone.refused}.` };
  const { verdict, reason } = undone.watched.judgement;
  const back = undone.to.version ?? nameIn(undone.to.taskDefinition);
  if (verdict === "nothing-ran") {
    return {
      verdict: "rolled-back",
      reason: `${because} Slipway rolled back to ${back}, of which no task runs: the desired count is 0.`,
    };
  }
  if (verdict !== "deployed" && verdict !== "deployed-early") {
    return { verdict: "failed", reason: `${because} The rollback to ${back} ended as ${verdict}: ${reason}` };
  }
  if (undoHttp.state === "wrong") {
    const served = `${undoHttp.url} answers ${undoHttp.answered}`;
    return { verdict: "failed", reason: `${because} Slipway rolled back, but ${served}.` };
  }
  return { verdict: "rolled-back", reason: `${because} Slipway rolled back: ${back} runs again.` };
}

function withHttp({ verdict, reason }: Conclusion, http: HttpCheck, version: string): Conclusion {
  if (verdict !== "shifted" && !verdict.startsWith("deployed")) return { verdict, reason };
  if (http.state === "wrong") {
    const served = `${http.url} does not serve ${version}: ${http.answered}.`;
    return {
      verdict: "failed",
      reason:
        verdict === "shifted"
          ? `All production traffic has moved, but ${served} The bake time runs, and ECS completes the deployment after it; \`abort\` rolls back until then.`
          : `ECS has completed the rollout, but ${served}`,
    };
  }
  if (http.state === "unproven") {
    return { verdict: "deployed-unverified", reason: `${reason} ${http.url} could not be checked: ${http.answered}.` };
  }
  if (http.state === "version-not-verified") {
    const met = http.expectationsMet === undefined ? "" : " The URL's expectations are met.";
    return { verdict, reason: `${reason}${met} Version not verified over HTTP.` };
  }
  return { verdict, reason };
}
