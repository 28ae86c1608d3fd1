import type { Running } from "../ecs/containers.js";
import type { LogTail } from "../ecs/log-tail.js";
import type { Diagnosis, RollbackDiagnosis } from "./diagnose/diagnose.js";
import type { GateResult } from "./hooks/gates.js";
import type { Witness } from "./judge/verdict.js";
import type { Change } from "./plan/plan.js";
import type { RecordedEvent } from "./progress-record.js";
import type { PruneResult } from "./prune/prune-revisions.js";
import type { StrategyResult } from "./restore-strategy.js";
import type { PostDeployResult } from "./tasks/post-deploy.js";
import type { Verdict } from "./verdicts.js";
import type { DuringRollout } from "./verify/during-rollout.js";
import type { TaskResponses } from "./verify/task-requests.js";
import type { HttpCheck } from "./verify/verify.js";

/**
 * Result of a deploy, as data: everything that `formatReport` prints, and the progress on the way. It holds the image and VERSION of the task definition and no other
 * environment value. Log lines are unchanged, as the container wrote them.
 */
export interface RolloutResult {
  verdict: Verdict;
  exitCode: number;
  /** Reason for the verdict, in one or two sentences. */
  reason: string;
  /** False when the call did not change the service, such as when it ran this release already. */
  changed: boolean;
  /** Present when the call only watched: it changes nothing, with any verdict. */
  watchedOnly?: true;
  /** True when the call attached to a rollout that had already started. */
  attached: boolean;
  where: { account: string; region: string; cluster: string; service: string; container: string };
  release: { version: string; image: string; digest: string; untested?: true };
  /** Version and revision of the service before the deploy. */
  from: Running;
  /** ARN of the revision that the rollout deploys. */
  taskDefinition: string;
  changes: Change[];
  deployment: { id?: string; arn?: string };
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number;
  witnesses: Witness[];
  http: HttpCheck;
  /** Present when requests were sent to the tasks at their own addresses. */
  tasks?: TaskResponses;
  /** Responses of the public URL during the rollout; absent when no request was sent. They do not affect the verdict. */
  during?: DuringRollout;
  /** Pauses at which the gates of the target requested their URLs, in order. */
  gates?: GateResult[];
  /** Present when the deploy changed the service's deployment strategy. */
  strategy?: StrategyResult;
  /** Present once all production traffic has moved in a deployment with a bake time: when, in milliseconds since the epoch on our clock, and the check then. */
  shifted?: { at: number; http: HttpCheck };
  /** Check of the test listener before production traffic moved, where the target has a `testUrl`. */
  testListener?: HttpCheck;
  /** Limits of the verdict, when something could not be read. */
  uncertain: string[];
  /** Describes a concurrent deploy. */
  race?: string;
  /** Present when Slipway had to roll back because ECS did not. */
  undo?: RollbackResult;
  /** Present when the rollout failed. */
  diagnosis?: Diagnosis;
  log?: LogTail;
  /** Present when tasks of the rollback target failed too. */
  wayBack?: RollbackDiagnosis;
  /** Result of the target's post-deploy task, when it was run. */
  after?: PostDeployResult;
  /** Result of pruning the family's old revisions, when requested. */
  kept?: PruneResult;
  /** The user's next step. */
  next?: string;
  /** Progress of the rollout, in order: at most the first 100 and the last 200 events. */
  events: RecordedEvent[];
}

/** Result of an automatic rollback. */
export interface RollbackResult {
  why: string;
  /** Reason why it was not done. */
  refused?: string;
  /** The rollback target, and the ARN of the copy of it that was rolled out. */
  to?: Running;
  taskDefinition?: string;
  /** ARN of the service deployment that rolled it out. */
  deployment?: string;
  verdict?: Verdict;
  /** HTTP check after the rollback. */
  http?: HttpCheck;
}
