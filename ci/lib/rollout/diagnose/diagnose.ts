import { isDeleted, primaryOf, type Snapshot, type Subject, type TaskView, taskId } from "../../ecs/snapshot.js";
import { type Cause, type CauseRule, ruleFor } from "./causes.js";
import type { ContainerRole } from "./container-roles.js";
import { byCause, failedTasks, type TaskFailure, unhealthyTasks } from "./failures.js";
import { ownEvents } from "./own-events.js";
import { blockingRules, deploymentRules, eventRules, userRules } from "./service-causes.js";

/** Cause of a failed rollout, by what ECS returned. */
export interface Diagnosis {
  cause: Cause;
  /** Such as `the container is out of memory`. */
  title: string;
  /** What it is told by, in ECS's own words. */
  evidence: string[];
  fix: string;
  /** The task that shows it, whose log is worth reading. */
  task?: string;
  /** The container of that task that failed, where one did. */
  container?: string;
  /** How many of our tasks failed. */
  failedTasks: number;
}

/**
 * Finds the cause in all that was seen of a rollout. Pure, and keyed to our own revision: the tasks and events of others are no
 * evidence. A service that is gone explains all; else the tasks' own failures count for most, then the reason that ECS gives for the
 * end, then the service's events.
 * @param roles What each container is to its task, where the task definition is known.
 */
export function diagnose(
  subject: Subject,
  snapshots: readonly Snapshot[],
  roles: readonly ContainerRole[] = [],
): Diagnosis {
  const failed = failedTasks(subject, snapshots, roles);
  const events = ownEvents(subject, snapshots).map(({ message }) => message);
  const reasons = endReasons(snapshots);
  const [most, ...rest] = byCause(failed);
  const own = [most, ...rest].find((group) => group && !incidental.includes(group.rule.cause));
  const of = (spoken: Spoken | undefined) => spoken && found(spoken.rule, [spoken.words], failed.length, failed.at(-1));
  const ofTask = (failure: TaskFailure | undefined) =>
    failure?.rule && found(failure.rule, failure.evidence, failed.length, failure);
  return (
    isGone(snapshots, failed.length) ??
    (isStarted(subject, snapshots)
      ? (of(spoken(blockingRules, events)) ?? isDraining(subject, snapshots))
      : undefined) ??
    ofTask(own?.failures.at(-1)) ??
    of(spoken(deploymentRules, reasons)) ??
    of(spoken(eventRules, events)) ??
    of(spoken(userRules, reasons)) ??
    ofTask(most?.failures.at(-1)) ??
    isStarting(subject, snapshots) ??
    found(unknown, failed.at(-1)?.evidence ?? events.slice(0, 3), failed.length, failed.at(-1))
  );
}

/** What happens to single tasks of a good rollout too: it explains a bad end only where nothing else does. */
const incidental: Cause[] = ["interrupted", "stopped-by-person"];

type Told = Pick<CauseRule, "cause" | "title" | "fix">;

const unknown: Told = {
  cause: "unknown",
  title: "ECS returned no known cause",
  fix: "Read the service's events and the tasks' logs.",
};

const slowStart: Told = {
  cause: "slow-start",
  title: "the new tasks are still starting",
  fix: "Run the same command again to continue watching. Set a longer time limit if the start is always slow.",
};

const draining: Told = {
  cause: "draining",
  title: "the old tasks are still draining",
  fix: "Run the same command again to continue watching. The target group's deregistration delay sets how long draining takes.",
};

const deleted: Told = {
  cause: "service-deleted",
  title: "the service was deleted",
  fix: "Find the caller of DeleteService or DeleteCluster in AWS CloudTrail. Create the service again before the next deploy.",
};

function found(
  { cause, title, fix }: Told,
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

/** Nothing that the tasks do after that is a failure of theirs. */
function isGone(snapshots: readonly Snapshot[], failedTasks: number): Diagnosis | undefined {
  const { service } = snapshots.at(-1) ?? {};
  if (!service || !isDeleted(service)) return undefined;
  const { status, desiredCount, runningCount, notFound: gone } = service;
  return found(
    deleted,
    [gone ?? `service ${status}, ${desiredCount} tasks wanted, ${runningCount} still running`],
    failedTasks,
  );
}

/** Whether all that the service wants of ours run: what is missing then is that the old tasks go. */
function isStarted({ taskDefinition }: Subject, snapshots: readonly Snapshot[]): boolean {
  const service = snapshots.at(-1)?.service;
  const primary = service && primaryOf(service);
  return primary?.taskDefinition === taskDefinition && primary.runningCount >= (service?.desiredCount ?? 0);
}

function isDraining(subject: Subject, snapshots: readonly Snapshot[]): Diagnosis | undefined {
  const leaving = alive(snapshots).filter(
    (task) => task.taskDefinition !== subject.taskDefinition && task.desiredStatus === "STOPPED",
  );
  return leaving.length > 0 ? found(draining, leaving.slice(0, 5).map(stateOf), 0) : undefined;
}

/** Within the grace period a health check that fails is a slow start, and no failure. */
function isStarting(subject: Subject, snapshots: readonly Snapshot[]): Diagnosis | undefined {
  const [ailing] = unhealthyTasks(subject, snapshots);
  if (ailing && !isInGrace(ailing.task, snapshots)) return found(ailing.rule ?? unknown, ailing.evidence, 0, ailing);
  const isOurs = (task: TaskView) => task.taskDefinition === subject.taskDefinition;
  const starting = alive(snapshots).filter((task) => isOurs(task) && task.healthStatus !== "HEALTHY");
  return starting[0] && found(slowStart, starting.slice(0, 5).map(stateOf), 0, { task: starting[0] });
}

function alive(snapshots: readonly Snapshot[]): TaskView[] {
  return snapshots.at(-1)?.tasks.filter(({ lastStatus }) => lastStatus !== "STOPPED") ?? [];
}

/** ECS ignores health checks in the grace period. Both ends are looks of ours: an own clock's time is never compared with AWS's. */
function isInGrace({ arn }: TaskView, snapshots: readonly Snapshot[]): boolean {
  const grace = (snapshots.at(-1)?.service.healthCheckGracePeriodSeconds ?? 0) * 1000;
  const isRunning = (task: TaskView) => task.arn === arn && task.lastStatus === "RUNNING";
  const first = snapshots.find(({ tasks }) => tasks.some(isRunning));
  return first !== undefined && (snapshots.at(-1)?.at ?? 0) - first.at < grace;
}

function stateOf({ arn, lastStatus, healthStatus }: TaskView): string {
  return `task ${taskId(arn)} ${lastStatus}${healthStatus === undefined ? "" : `, ${healthStatus}`}`;
}

interface Spoken {
  rule: CauseRule;
  words: string;
}

/** The first cause of the table that one of the texts tells. */
function spoken(rules: readonly CauseRule[], texts: readonly string[]): Spoken | undefined {
  const told = rules.flatMap((rule) => {
    const words = texts.find((text) => ruleFor([rule], text));
    return words === undefined ? [] : [{ rule, words }];
  });
  return told[0];
}

function endReasons(snapshots: readonly Snapshot[]): string[] {
  const { statusReason, rollbackReason, alarms } = snapshots.at(-1)?.ours ?? {};
  const fired = alarms?.status === "TRIGGERED" ? [`alarm ${alarms.triggered.join(", ")} TRIGGERED`] : [];
  return [statusReason ?? "", rollbackReason ?? "", ...fired];
}
