import { isDeleted, primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";
import { type Cause, type CauseRule, type CauseText, ruleFor, unknown } from "./causes.js";
import type { ContainerRole } from "./container-roles.js";
import { endReasons } from "./end-reasons.js";
import { byCause, failedTasks, type TaskFailure } from "./failures.js";
import { ownEvents } from "./own-events.js";
import { blockingRules, deploymentRules, eventRules, userRules } from "./service-causes.js";
import { outcomeRules, setupRules } from "./strategy-causes.js";
import { isStarted, startedWait, startingWait, type Wait, waitBeforeRollback } from "./waits.js";

/** Cause of a failed rollout, by what ECS returned. */
export interface Diagnosis {
  cause: Cause;
  /** Such as `the container is out of memory`. */
  title: string;
  /** Texts of ECS that show the cause. */
  evidence: string[];
  fix: string;
  /** The task that shows it, whose log is worth reading. */
  task?: string;
  /** The container of that task that failed, where one did. */
  container?: string;
  /** Number of our tasks that failed. */
  failedTasks: number;
}

/**
 * Finds the cause in all observations of a rollout. Pure, and limited to our own revision: the tasks and events of others are no
 * evidence. A deleted service explains everything, then a reason of ECS that no task can have caused; otherwise the tasks' own failures come
 * first, then the reason that ECS gives for the end, then the service's events.
 * @param roles Roles of the containers, where the task definition is known.
 */
export function diagnose(
  subject: Subject,
  snapshots: readonly Snapshot[],
  roles: readonly ContainerRole[] = [],
): Diagnosis {
  const failed = failedTasks(subject, snapshots, roles);
  const events = ownEvents(subject, snapshots).map(({ message }) => message);
  const reasons = endReasons(subject, snapshots);
  const [most, ...rest] = byCause(failed);
  const own = [most, ...rest].find((group) => group && !incidental.includes(group.rule.cause));
  const of = (match: Match | undefined) => match && found(match.rule, [match.text], failed.length, failed.at(-1));
  const ofTask = (failure: TaskFailure | undefined) =>
    failure?.rule && found(failure.rule, failure.evidence, failed.length, failure);
  const ofWait = (wait: Wait | undefined) => wait && found(wait.text, wait.evidence, 0, wait);
  return (
    isServiceDeleted(snapshots, failed.length) ??
    (isStarted(subject, snapshots)
      ? (of(firstMatch(blockingRules, events)) ?? ofWait(startedWait(subject, snapshots)))
      : undefined) ??
    of(firstMatch(setupRules, reasons)) ??
    ofTask(own?.failures.at(-1)) ??
    of(firstMatch(deploymentRules, reasons)) ??
    of(firstMatch(eventRules, events)) ??
    // ECS has the same reason for a rollback that this deployer requested.
    of(firstMatch(userRules, subject.rollback ? [] : reasons)) ??
    ofTask(most?.failures.at(-1)) ??
    of(firstMatch(outcomeRules, reasons)) ??
    ofWait(startingWait(subject, snapshots)) ??
    ofWait(waitBeforeRollback(subject, snapshots)) ??
    found(unknown, failed.at(-1)?.evidence ?? events.slice(0, 3), failed.length, failed.at(-1))
  );
}

/** Causes that single tasks of a successful rollout have too: they explain a failure only where no other cause does. */
const incidental: Cause[] = ["interrupted", "stopped-by-person"];

const deleted: CauseText = {
  cause: "service-deleted",
  title: "the service was deleted",
  fix: "Find the caller of DeleteService or DeleteCluster in AWS CloudTrail. Create the service again before the next deploy.",
};

function found(
  { cause, title, fix }: CauseText,
  evidence: string[],
  failedTasks: number,
  failure?: Partial<TaskFailure>,
): Diagnosis {
  const { task, container } = failure ?? {};
  return {
    cause,
    title,
    evidence,
    fix,
    failedTasks,
    ...(task && { task: task.arn }),
    ...(container !== undefined && { container }),
  };
}

/** Task failures after a deletion of the service are its consequence. */
function isServiceDeleted(snapshots: readonly Snapshot[], failedTasks: number): Diagnosis | undefined {
  const { service } = snapshots.at(-1) ?? {};
  if (!service || !isDeleted(service)) return undefined;
  const { status, desiredCount, runningCount, notFound } = service;
  return found(
    deleted,
    [notFound ?? `service ${status}, ${desiredCount} tasks wanted, ${runningCount} still running`],
    failedTasks,
  );
}

interface Match {
  rule: CauseRule;
  text: string;
}

/** Returns the first rule of the table that matches one of the texts. */
function firstMatch(rules: readonly CauseRule[], texts: readonly string[]): Match | undefined {
  const matches = rules.flatMap((rule) => {
    const text = texts.find((one) => ruleFor([rule], one));
    return text === undefined ? [] : [{ rule, text }];
  });
  return matches[0];
}

/** Cause for which the revision that ECS rolls back to does not start. */
export interface RollbackDiagnosis extends Diagnosis {
  /** ARN of that revision. */
  taskDefinition: string;
}

/**
 * Diagnoses the tasks that ECS starts in its rollback. The rollout's own diagnosis explains the failure of the release; this one explains
 * why the earlier revision does not start again: its image or secret was deleted, or its capacity is taken. Pure.
 * @returns undefined where no such task failed.
 */
export function diagnoseRollback(subject: Subject, snapshots: readonly Snapshot[]): RollbackDiagnosis | undefined {
  const latest = snapshots.at(-1);
  const primary = latest && primaryOf(latest.service);
  if (!primary || primary.taskDefinition === subject.taskDefinition) return undefined;
  const { taskDefinition } = primary;
  // Tasks of the first poll ran before the rollback, or had failed before it.
  const before = new Set(snapshots[0]?.tasks.map(({ arn }) => arn));
  const since = snapshots.map((one) => ({ ...one, tasks: one.tasks.filter(({ arn }) => !before.has(arn)) }));
  const diagnosis = diagnose({ ...subject, taskDefinition, digests: [] }, since);
  return diagnosis.failedTasks > 0 && diagnosis.cause !== "unknown" ? { ...diagnosis, taskDefinition } : undefined;
}
