/** Waits of an unfinished rollout, where nothing has failed. */

import { nameIn } from "../../common/aws-names.js";
import {
  primaryOf,
  type ServiceDeploymentView,
  type Snapshot,
  type Subject,
  type TaskView,
} from "../../ecs/snapshot.js";
import { isUnderWay } from "../../ecs/states.js";
import { type CauseText, unknown } from "./causes.js";
import { unhealthyTasks } from "./failures.js";

/** A wait, and the texts of ECS that show it. */
export interface Wait {
  text: CauseText;
  evidence: string[];
  /** The task that is waited for, where one is. */
  task?: TaskView;
  /** The container of that task that is unhealthy. */
  container?: string;
}

const again = "Run the same command again to continue watching.";

const slowStart: CauseText = {
  cause: "slow-start",
  title: "the new tasks are still starting",
  fix: `${again} Set a longer time limit if the start is always slow.`,
};

const draining: CauseText = {
  cause: "draining",
  title: "the old tasks are still draining",
  fix: `${again} The target group's deregistration delay sets how long draining takes.`,
};

const staying: CauseText = {
  cause: "draining",
  title: "the strategy has ended, and old tasks still run",
  fix: `${again} Tasks with scale-in protection stay until it expires: aws ecs get-task-protection shows it.`,
};

const hookRunning: CauseText = {
  cause: "hook-running",
  title: "a lifecycle hook has not ended yet",
  fix: `${again} Read the log of the hook's function; the hook's timeoutConfiguration limits its time (a day by default).`,
};

const shifting: CauseText = {
  cause: "traffic-shifting",
  title: "the new tasks run, and the deployment strategy still moves traffic or bakes",
  fix: `${again} Set a time limit that covers the strategy's steps and bake times.`,
};

/** Returns true when the desired number of our tasks runs: the rollout then waits for the old tasks to stop, or for its strategy. */
export function isStarted({ taskDefinition }: Subject, snapshots: readonly Snapshot[]): boolean {
  const service = snapshots.at(-1)?.service;
  const primary = service && primaryOf(service);
  return primary?.taskDefinition === taskDefinition && primary.runningCount >= (service?.desiredCount ?? 0);
}

/** Returns the wait of a rollout whose tasks run. Pure. */
export function startedWait(subject: Subject, snapshots: readonly Snapshot[]): Wait | undefined {
  const leaving = alive(snapshots).filter(
    (task) => task.taskDefinition !== subject.taskDefinition && task.desiredStatus === "STOPPED",
  );
  if (leaving.length > 0) return { text: draining, evidence: leaving.slice(0, 5).map(stateOf) };
  const { lifecycleStage } = snapshots.at(-1)?.ours ?? {};
  const old = alive(snapshots).filter((task) => task.taskDefinition !== subject.taskDefinition);
  if (lifecycleStage === "CLEAN_UP" && old.length > 0) return { text: staying, evidence: old.slice(0, 5).map(stateOf) };
  return unhealthyTasks(subject, snapshots).length > 0 ? undefined : strategyWait(snapshots);
}

/**
 * Returns the wait of a rollout whose tasks do not all run. A health check that fails within the grace period is a slow start and not a
 * failure. Pure.
 */
export function startingWait(subject: Subject, snapshots: readonly Snapshot[]): Wait | undefined {
  const [ailing] = unhealthyTasks(subject, snapshots);
  if (ailing && !isInGrace(ailing.task, snapshots)) return { text: ailing.rule ?? unknown, ...ailing };
  const isOurs = isTaskOf(subject.taskDefinition);
  const starting = alive(snapshots).filter((task) => isOurs(task) && task.healthStatus !== "HEALTHY");
  if (starting[0]) return { text: slowStart, evidence: starting.slice(0, 5).map(stateOf), task: starting[0] };
  return hookWait(snapshots.at(-1)?.ours) ?? firstTaskWait(subject, snapshots);
}

/** ECS starts the first task up to 95 s after the start of a deployment, without an event before it. */
function firstTaskWait({ taskDefinition }: Subject, snapshots: readonly Snapshot[]): Wait | undefined {
  const { service, ours } = snapshots.at(-1) ?? {};
  const primary = service && primaryOf(service);
  const isOurs = primary?.taskDefinition === taskDefinition && primary.rolloutState === "IN_PROGRESS";
  if (!isOurs || !isUnderWay(ours) || snapshots.some(({ tasks }) => tasks.some(isTaskOf(taskDefinition))))
    return undefined;
  const events = service?.events.filter(({ at }) => at >= primary.createdAt) ?? [];
  return events.length > 0 ? undefined : { text: slowStart, evidence: [`0 of ${service?.desiredCount} tasks started`] };
}

const isTaskOf = (taskDefinition: string) => (task: TaskView) => task.taskDefinition === taskDefinition;

/**
 * Returns the wait in which this deployer requested the rollback: at the deadline nothing needs to have failed. Pure.
 * @returns undefined where another end is possible, or no poll came before the rollback.
 */
export function waitBeforeRollback(subject: Subject, snapshots: readonly Snapshot[]): Wait | undefined {
  if (!subject.rollback) return undefined;
  const last = snapshots.findLastIndex(({ ours }) => isUnderWay(ours));
  const before = snapshots.slice(0, last + 1);
  const wait = isStarted(subject, before) ? startedWait(subject, before) : startingWait(subject, before);
  return wait && { ...wait, text: { ...wait.text, fix: wait.text.fix.replace(`${again} `, "") } };
}

/** Returns a hook that runs, or else the stage of a deployment that moves traffic. */
function strategyWait(snapshots: readonly Snapshot[]): Wait | undefined {
  const { ours } = snapshots.at(-1) ?? {};
  const wait = hookWait(ours);
  if (wait || !ours?.shift || !isUnderWay(ours)) return wait;
  const { lifecycleStage = ours.status, productionWeight } = ours;
  const share = productionWeight === undefined ? "" : `, ${productionWeight} % of production traffic on the new tasks`;
  return { text: shifting, evidence: [`deployment ${lifecycleStage}${share}`] };
}

function hookWait(ours: ServiceDeploymentView | undefined): Wait | undefined {
  if (!isUnderWay(ours) || !ours?.runningHooks.length) return undefined;
  const { lifecycleStage = ours.status, runningHooks } = ours;
  return { text: hookRunning, evidence: runningHooks.map((name) => `hook ${name} runs at ${lifecycleStage}`) };
}

function alive(snapshots: readonly Snapshot[]): TaskView[] {
  return snapshots.at(-1)?.tasks.filter(({ lastStatus }) => lastStatus !== "STOPPED") ?? [];
}

/** ECS ignores health checks in the grace period. Both ends are on our clock, because our times are never compared with AWS's. */
function isInGrace({ arn }: TaskView, snapshots: readonly Snapshot[]): boolean {
  const grace = (snapshots.at(-1)?.service.healthCheckGracePeriodSeconds ?? 0) * 1000;
  const isRunning = (task: TaskView) => task.arn === arn && task.lastStatus === "RUNNING";
  const first = snapshots.find(({ tasks }) => tasks.some(isRunning));
  return first !== undefined && (snapshots.at(-1)?.at ?? 0) - first.at < grace;
}

function stateOf({ arn, lastStatus, healthStatus }: TaskView): string {
  return `task ${nameIn(arn)} ${lastStatus}${healthStatus === undefined ? "" : `, ${healthStatus}`}`;
}
