import type { Cause } from "../../ci/lib/rollout/diagnose/causes.js";
import type { FindingId } from "../../ci/lib/rollout/preflight/topics.js";
import type { Verdict } from "../../ci/lib/rollout/verdicts.js";
import type { Scenario } from "../scenario/scenario.js";

/** Expected ending of a deploy. */
export type Ending =
  | { verdict: Verdict }
  /** The preflight check names it, and the service is not changed. */
  | { refused: FindingId }
  /** The deployer can't know the outcome of the rollout, and fails with this code. */
  | { unknown: string };

/** One situation of a deploy, good or bad, with its true outcome. */
export interface Drill {
  /** Words joined by hyphens; the group is that of its file. */
  name: string;
  /** Description of the fault, in one sentence. */
  description: string;
  scenario: Scenario;
  ends: Ending;
  /** Reason why it can't run in real time, if so. */
  virtualOnly?: string;
  /** Reason why it can't run with real containers, where the scenario does not show it. */
  withoutContainers?: string;
  /** True when ECS reports success and serves something else than the release. */
  servesWrong?: boolean;
  /** True when requests fail during the rollout and the report must state it; false when none may fail; absent when it is not checked. */
  dropsRequests?: boolean;
  /** Cause that the diagnosis must name, where the rollout fails. */
  cause?: Cause;
  /** Text that the preflight must state, such as `warning fargate-quota`; checked in virtual time. */
  finds?: string;
}
