import type { Cause } from "../../ci/lib/rollout/diagnose/causes.js";
import type { Verdict } from "../../ci/lib/rollout/judge/verdict.js";
import type { FindingId } from "../../ci/lib/rollout/preflight/topics.js";
import type { Scenario } from "../scenario/scenario.js";

/** Expected ending of a deploy. */
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
  /** Description of the fault, in one sentence. */
  description: string;
  scenario: Scenario;
  ends: Ending;
  /** Reason why it can't run in real time, if so. */
  virtualOnly?: string;
  /** Reason why it can't run with real containers, where the scenario does not show it. */
  withoutContainers?: string;
  /** ECS has what it wants, and what is served is not the release. */
  servesWrong?: boolean;
  /** True when requests fail during the rollout and the report must state it; false when none may fail; absent when it is not checked. */
  dropsRequests?: boolean;
  /** Cause that the diagnosis must name, where the rollout fails. */
  cause?: Cause;
}
