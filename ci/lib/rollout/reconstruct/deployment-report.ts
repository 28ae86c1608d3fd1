import type { ConsoleLinks } from "../../ecs/console-links.js";
import type { LogTail } from "../../ecs/log-tail.js";
import type { Diagnosis } from "../diagnose/diagnose.js";
import type { GateResult } from "../hooks/gates.js";
import type { Verdict } from "../verdicts.js";

/**
 * Report of one service deployment, rebuilt from what AWS returns: the file `report.json`. Times are milliseconds since the epoch, on
 * AWS's clock, unless stated otherwise. Texts of others (events, reasons, logs) are as they were written, cut at 4,000 characters.
 */
export interface DeploymentReport {
  /** Format of this file. A change that is not an addition gets another number. */
  format: "slipway-report/1";
  /** Time of the report. */
  at: number;
  /** Time zone of the reader, in which times are shown beside UTC; absent for UTC alone. */
  timeZone?: string;
  /** `in-progress` while ECS has not ended the deployment. */
  verdict: Verdict | "in-progress";
  /** Reason for the verdict, in one or two sentences. */
  reason: string;
  /** Next step; absent when nothing is left to do. */
  next?: string;
  /** Cause of a failed deployment. */
  diagnosis?: Diagnosis;
  where: { account: string; region: string; cluster: string; service: string; container: string };
  /** The service's pages in the AWS console; absent where there is none. */
  console?: ConsoleLinks;
  release: Revision & { commit?: string; by?: string };
  /** Revision that ran before; absent where ECS no longer has the revision. */
  from?: Revision;
  /** Revision that the service is set to at the time of the report. */
  now: ServedNow;
  deployment: DeploymentFacts;
  /** The tasks of the deployment, of what it replaced, and of its rollback: the first of each group first. */
  tasks: TaskReport[];
  /** Number of tasks that are left out of `tasks`. */
  omittedTasks?: number;
  /** Events of the service while the deployment ran, oldest first. `times` is present when a message was repeated in a row. */
  events: { at: number; message: string; times?: number }[];
  /** Number of older events that are left out of `events`. */
  omittedEvents?: number;
  traffic?: Traffic;
  /** Requests that the deploy sent to the public URL during the rollout; absent where its result was not passed. */
  requests?: RequestReport;
  /** Pauses at which the gates of the target requested their URLs, in order; absent where the deploy's result was not passed. */
  gates?: GateResult[];
  /** Ends of logs of tasks that failed; without any, of one of the newest tasks. */
  logs: TaskLog[];
  /** Limits of this report. */
  limits: string[];
}

/** A task definition revision, with the release that it runs. */
export interface Revision {
  /** Absent where nothing names it. */
  version?: string;
  /** ARN of the task definition revision. */
  taskDefinition: string;
  image?: string;
  digest?: string;
}

export interface ServedNow extends Revision {
  desiredCount: number;
  /** Running tasks of this revision. */
  runningCount: number;
  /** Running tasks of other revisions. */
  otherCount: number;
  /** The same by revision, as the list of tasks has them. */
  others: { taskDefinition: string; version?: string; runningCount: number }[];
  /** The service is set to this report's revision. */
  isThis: boolean;
}

export interface DeploymentFacts {
  /** ARN of the service deployment. */
  arn: string;
  /** Status of ECS, such as SUCCESSFUL. */
  status: string;
  statusReason?: string;
  /** ROLLING, BLUE_GREEN, LINEAR or CANARY. */
  strategy: string;
  /** Lifecycle stage, such as BAKE_TIME. */
  stage?: string;
  createdAt: number;
  finishedAt?: number;
  /** The rollback that ECS or Slipway began. */
  rollback?: { by: "ECS" | "Slipway"; reason?: string; startedAt?: number; to?: Revision };
  circuitBreaker?: { status: string; failureCount: number; threshold: number };
  alarms?: { status: string; triggered: string[] };
  /** Lifecycle hooks that wait for a user. */
  waitingHooks: { hookId: string; expiresAt?: number; timeoutAction?: string }[];
}

export interface TaskReport {
  /** ID of the task. */
  id: string;
  /** `new` runs the deployment's revision, `old` ran before it, `restored` was started by its rollback. */
  group: "new" | "old" | "restored";
  /** ARN of its task definition revision. */
  taskDefinition: string;
  version?: string;
  /** Last status of ECS, such as RUNNING. */
  status: string;
  /** HEALTHY or UNHEALTHY; absent where it is not known. */
  health?: string;
  /** True where it stopped by itself, or never started. */
  failed: boolean;
  stopCode?: string;
  /** ECS's reason for its stop. */
  stoppedReason?: string;
  /** Containers that ended, such as `app: exit code 1`. */
  containers: string[];
  /** Its phases in order; the last one has no end while it lasts. */
  phases: TaskPhase[];
}

export interface TaskPhase {
  name: "provisioning" | "pulling" | "starting" | "running" | "stopping";
  from: number;
  to?: number;
}

/** Shares of the production traffic, in percent. */
interface Traffic {
  /** Share of the new tasks at the time of the report. */
  new: number;
  /** Share of the new tasks from `at` on, as the deploy observed it; empty where its result was not passed. Times on the deployer's clock. */
  steps: { at: number; new: number }[];
}

/** Times on the clock of the deployer. */
interface RequestReport {
  url: string;
  requests: number;
  failed: number;
  /** The first failures. */
  failures: { at: number; answered: string }[];
  /** Number of responses by the version in them. */
  versions?: { version: string; requests: number }[];
}

export interface TaskLog {
  /** ID of the task. */
  task: string;
  container: string;
  log: LogTail;
  /** The log stream's page in the AWS console; absent where there is none. */
  console?: string;
}
