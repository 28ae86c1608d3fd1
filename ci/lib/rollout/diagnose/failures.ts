/** Failed tasks of our revision, and their causes. */

import { nameIn } from "../../common/aws-names.js";
import type { Snapshot, Subject, TaskView } from "../../ecs/snapshot.js";
import { type CauseRule, ruleFor } from "./causes.js";
import { type ContainerRole, endedFirst } from "./container-roles.js";
import { type ContainerContext, failedContainerOf, lineOf } from "./failed-container.js";
import { ownEvents } from "./own-events.js";
import { taskRules } from "./task-causes.js";

/** A task that failed, or that runs and is unhealthy. */
export interface TaskFailure {
  task: TaskView;
  /** Texts of ECS about it, one per line. */
  evidence: string[];
  /** Absent where no rule matches the texts. */
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
 * Returns our failed tasks whose cause is permanent, by cause, the most frequent first. Two tasks in one group prove that the rollout
 * can't succeed. Pure.
 */
export function terminalFailures(subject: Subject, snapshots: readonly Snapshot[]): FailureGroup[] {
  return byCause(failedTasks(subject, snapshots)).filter(({ rule }) => rule.isPermanent);
}

/**
 * Returns all our tasks that failed, oldest first, each as last observed: stopped tasks leave ECS's lists, and a rollback hides them,
 * so every snapshot counts. Tasks that ECS's rollback or scaling stopped did not fail.
 * @param roles Roles of the containers, where the task definition is known.
 */
export function failedTasks(
  subject: Subject,
  snapshots: readonly Snapshot[],
  roles: readonly ContainerRole[] = [],
): TaskFailure[] {
  let known: string[] | undefined;
  const events = () => {
    known ??= ownEvents(subject, snapshots).flatMap(({ message }) => (isHealthEvent(message) ? [message] : []));
    return known;
  };
  const failed = ownTasks(subject, snapshots).filter(hasFailed);
  const first = failed.length > 0 ? endedFirst(snapshots) : undefined;
  return failed.map((task) => failureOf(subject, task, events, { roles, first: first?.get(task.arn) ?? [] }));
}

/** Returns our running tasks whose health check fails and that ECS has not stopped. */
export function unhealthyTasks(subject: Subject, snapshots: readonly Snapshot[]): TaskFailure[] {
  return ownTasks(subject, snapshots.slice(-1))
    .filter((task) => task.desiredStatus !== "STOPPED" && task.healthStatus === "UNHEALTHY")
    .map((task) => failureOf(subject, task, () => [], { roles: [], first: [] }));
}

/** Groups failures by cause, the most frequent first; of equally frequent ones, the one that was observed first. */
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

/** @param healthEvents Messages of the service's events about failed health checks, newest first. */
function failureOf(
  subject: Subject,
  task: TaskView,
  healthEvents: () => string[],
  known: ContainerContext,
): TaskFailure {
  const stop = [task.stopCode, task.stoppedReason].filter(Boolean).join(": ");
  const isAiling = task.desiredStatus !== "STOPPED" && task.healthStatus === "UNHEALTHY";
  const state = stop || (isAiling ? `${task.lastStatus}, UNHEALTHY` : "");
  const head = state ? [`task ${nameIn(task.arn)} ${state}`] : [];
  const event = task.stopCode === "ServiceSchedulerInitiated" ? healthEvents().find(isAbout(task)) : undefined;
  const about = event === undefined ? [] : [event];
  const { container, words } = failedContainerOf(subject, task, known) ?? {};
  const rule = ruleFor(taskRules, [...head, ...(words === undefined ? [] : [words]), ...about].join("\n"));
  const all = task.containers.map((one) => lineOf(subject, one)).filter((line) => !line.endsWith(":"));
  return {
    task,
    evidence: [...head, ...all, ...about],
    ...(rule && { rule }),
    ...(container !== undefined && { container }),
  };
}

/** Only events have the response to a load balancer's check. */
function isHealthEvent(message: string): boolean {
  return /(unhealthy|not healthy) in|failed container health/i.test(message);
}

/** On EC2, where targets are instances, events name the instance, not the task. */
function isAbout({ arn, stoppedReason = "" }: TaskView): (event: string) => boolean {
  const id = nameIn(arn);
  const isBalanced = /ELB health checks/i.test(stoppedReason);
  return (event) => event.includes(id) || (isBalanced && /\(instance [\w-]+\) \(port \d+\)/.test(event));
}
