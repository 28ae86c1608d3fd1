/** Which tasks of ours failed, and of what. */

import { type Snapshot, type Subject, type TaskView, taskId } from "../../ecs/snapshot.js";
import { type CauseRule, ruleFor } from "./causes.js";
import { type ContainerRole, endedFirst } from "./container-roles.js";
import { type ContainerContext, failedContainerOf, lineOf } from "./failed-container.js";
import { ownEvents } from "./own-events.js";
import { taskRules } from "./task-causes.js";

/** A task that failed, or that runs and is not well. */
export interface TaskFailure {
  task: TaskView;
  /** What is known of it, in ECS's own words, a line each. */
  evidence: string[];
  /** Absent where its words tell no cause that is known. */
  rule?: CauseRule;
  /** The container that failed, where one did. */
  container?: string;
}

/** Failures of one cause. */
export interface FailureGroup {
  rule: CauseRule;
  /** Oldest first, at least one. */
  failures: TaskFailure[];
}

/**
 * The failed tasks of ours whose cause can't heal by itself, by cause, the most frequent first. Pure. Two in one group are proof that
 * the rollout can't succeed.
 */
export function terminalFailures(subject: Subject, snapshots: readonly Snapshot[]): FailureGroup[] {
  return byCause(failedTasks(subject, snapshots)).filter(({ rule }) => !rule.isTransient);
}

/**
 * All tasks of ours that failed, oldest first, each as it was last seen: stopped tasks leave ECS's lists, and a rollback hides them, so
 * every snapshot counts. Those that ECS's rollback or scaling stopped did not fail.
 * @param roles What each container is to its task, where the task definition is known.
 */
export function failedTasks(
  subject: Subject,
  snapshots: readonly Snapshot[],
  roles: readonly ContainerRole[] = [],
): TaskFailure[] {
  let known: string[] | undefined;
  const events = () => {
    known ??= ownEvents(subject, snapshots).map(({ message }) => message);
    return known;
  };
  const failed = ownTasks(subject, snapshots).filter(hasFailed);
  const first = failed.length > 0 ? endedFirst(snapshots) : undefined;
  return failed.map((task) => failureOf(subject, task, events, { roles, first: first?.get(task.arn) ?? [] }));
}

/** The tasks of ours that run and whose health check fails: ECS has not given them up. */
export function unhealthyTasks(subject: Subject, snapshots: readonly Snapshot[]): TaskFailure[] {
  return ownTasks(subject, snapshots.slice(-1))
    .filter((task) => task.desiredStatus !== "STOPPED" && task.healthStatus === "UNHEALTHY")
    .map((task) => failureOf(subject, task, () => [], { roles: [], first: [] }));
}

/** The most frequent cause first; of equally frequent ones, the one that was seen first. */
export function byCause(failures: readonly TaskFailure[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const failure of failures) {
    if (!failure.rule) continue;
    const group = groups.get(failure.rule.cause);
    if (group) group.failures.push(failure);
    else groups.set(failure.rule.cause, { rule: failure.rule, failures: [failure] });
  }
  return [...groups.values()].sort((a, b) => b.failures.length - a.failures.length);
}

function ownTasks(subject: Subject, snapshots: readonly Snapshot[]): TaskView[] {
  const latest = new Map<string, TaskView>();
  for (const { tasks } of snapshots) {
    for (const task of tasks) if (task.taskDefinition === subject.taskDefinition) latest.set(task.arn, task);
  }
  return [...latest.values()];
}

function hasFailed({ desiredStatus, stoppedReason = "" }: TaskView): boolean {
  return desiredStatus === "STOPPED" && !/^Scaling activity initiated by/i.test(stoppedReason);
}

function failureOf(subject: Subject, task: TaskView, events: () => string[], known: ContainerContext): TaskFailure {
  const stop = [task.stopCode, task.stoppedReason].filter(Boolean).join(": ");
  const isAiling = task.desiredStatus !== "STOPPED" && task.healthStatus === "UNHEALTHY";
  const state = stop || (isAiling ? `${task.lastStatus}, UNHEALTHY` : "");
  const head = state ? [`task ${taskId(task.arn)} ${state}`] : [];
  const told = task.stopCode === "ServiceSchedulerInitiated" ? events().filter(tellsHealthOf(task)).slice(0, 1) : [];
  const { container, words } = failedContainerOf(subject, task, known) ?? {};
  const rule = ruleFor(taskRules, [...head, ...(words === undefined ? [] : [words]), ...told].join("\n"));
  const all = task.containers.map((one) => lineOf(subject, one)).filter((line) => !line.endsWith(":"));
  return {
    task,
    evidence: [...head, ...all, ...told],
    ...(rule && { rule }),
    ...(container !== undefined && { container }),
  };
}

/** Only the event says what a load balancer's check got. On EC2, where targets are instances, it names the instance in place of the task. */
function tellsHealthOf({ arn, stoppedReason = "" }: TaskView): (event: string) => boolean {
  const isBalanced = /ELB health checks/i.test(stoppedReason);
  return (event) =>
    (event.includes(taskId(arn)) || (isBalanced && /\(instance [\w-]+\) \(port \d+\)/.test(event))) &&
    /(unhealthy|not healthy) in|failed container health/i.test(event);
}
