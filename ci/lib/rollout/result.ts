import type { Running } from "../ecs/containers.js";
import type { Diagnosis } from "./diagnose/diagnose.js";
import type { LogTail } from "./diagnose/log-tail.js";
import type { RollbackDiagnosis } from "./diagnose/rollback-diagnosis.js";
import type { Verdict, Witness } from "./judge/verdict.js";
import type { Change } from "./plan/plan.js";
import type { PruneResult } from "./prune/prune-revisions.js";
import type { PostDeployResult } from "./tasks/post-deploy.js";
import type { DuringRollout } from "./verify/during-rollout.js";
import type { TaskResponses } from "./verify/task-requests.js";
import type { HttpCheck } from "./verify/verify.js";

/**
 * What became of a deploy, as data: all that `formatReport` prints. Of the task definition it holds the image and VERSION and no other
 * value of the environment; the log's lines stand in it as the container wrote them.
 */
export interface RolloutResult {
  verdict: Verdict;
  exitCode: number;
  /** Why it is that verdict, in one sentence or two. */
  reason: string;
  /** False when the service ran this release already and nothing was sent. */
  changed: boolean;
  /** Whether a rollout that had begun before was watched. */
  attached: boolean;
  where: { account: string; region: string; cluster: string; service: string; container: string };
  release: { version: string; image: string; digest: string; untested?: true };
  /** What the service was set to before. */
  from: Running;
  /** ARN of the revision that the rollout brings. */
  taskDefinition: string;
  changes: Change[];
  deployment: { id?: string; arn?: string };
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt: number;
  witnesses: Witness[];
  http: HttpCheck;
  /** Present where the tasks were asked at their own addresses. */
  tasks?: TaskResponses;
  /** How the public URL answered while the rollout was watched; absent where it was not asked. It does not decide. */
  during?: DuringRollout;
  /** What the verdict lacks, where something could not be read. */
  uncertain: string[];
  /** Who came between, when somebody deployed at the same time. */
  race?: string;
  /** Present when it was to be taken back by us, because ECS did not do it. */
  undo?: RollbackResult;
  /** Present when it went wrong. */
  diagnosis?: Diagnosis;
  log?: LogTail;
  /** Present where tasks of what was gone back to failed too. */
  wayBack?: RollbackDiagnosis;
  /** What became of the target's task after the deploy, where it has one and it was run. */
  after?: PostDeployResult;
  /** What became of the family's old revisions, where that was asked for. */
  kept?: PruneResult;
  /** What to do now. */
  next?: string;
}

/** What became of taking a rollout back. */
export interface RollbackResult {
  why: string;
  /** Why it was not done. */
  refused?: string;
  /** What the service returned to, and the ARN of the copy of it that was rolled out. */
  to?: Running;
  taskDefinition?: string;
  /** ARN of the service deployment that brought it. */
  deployment?: string;
  verdict?: Verdict;
  /** What was served then. */
  http?: HttpCheck;
}
