import type { Cause } from "../../ci/lib/rollout/diagnose/causes.js";
import type { Verdict } from "../../ci/lib/rollout/judge/verdict.js";
import type { FindingId } from "../../ci/lib/rollout/preflight/finding.js";
import type { Scenario } from "../scenario/scenario.js";

/** How a deploy must end. */
export type Ending =
  | { verdict: Verdict }
  /** The pre-flight names it, and nothing of the service is changed. */
  | { refused: FindingId }
  /** The deployer can't know what became of the rollout, and says so with this code. */
  | { unknown: string };

/** One thing that can go wrong (or well), with what is true of it. */
export interface Drill {
  /** In words joined by hyphens; its file tells its group. */
  name: string;
  /** What happens, in one sentence. */
  description: string;
  scenario: Scenario;
  ends: Ending;
  /** Why it can't be played in real time, where it can't. */
  virtualOnly?: string;
  /** Why it can't be played with real containers, where its scenario alone does not tell. */
  withoutContainers?: string;
  /** ECS has what it wants, and what is served is not the release. */
  servesWrong?: boolean;
  /** Whether requests fail on the way, and it must say so; false where none may. Nothing is asked of the report where this is absent. */
  dropsRequests?: boolean;
  /** What the diagnosis must name, where it went wrong. */
  cause?: Cause;
}
