import { type Cause, type CauseRule, deploymentRules, eventRules, taskRules } from "./causes.js";
import type { ContainerView, Snapshot, Subject, TaskView } from "./snapshot.js";
import { taskId } from "./snapshot.js";

/** Why a rollout went wrong, as far as ECS tells. */
export interface Diagnosis {
  cause: Cause;
  /** Such as `the container is out of memory`. */
  title: string;
  /** What it is told by, in ECS's own words. */
  evidence: string[];
  fix: string;
  /** The task that shows it, whose log is worth reading. */
  task?: string;
  /** How many of our tasks failed. */
  failedTasks: number;
}

/**
 * Finds the cause in all that was seen: stopped tasks leave ECS's lists, and a rollback hides them, so every snapshot counts.
 * Pure, and keyed to our own revision: tasks of others are no evidence.
 */
export function diagnose(
  subject: Subject,
  snapshots: readonly Snapshot[],
  knownEvents: ReadonlySet<string>,
): Diagnosis {
  const failed = failedTasks(subject, snapshots);
  const told = failed.map((task) => ({ task, text: evidenceOf(task).join("\n") }));
  for (const rule of taskRules) {
    const witness = told.findLast(({ text }) => rule.pattern.test(text));
    if (witness) return found(rule, evidenceOf(witness.task), failed.length, witness.task);
  }
  const events = newEvents(snapshots, knownEvents);
  const spoken =
    matchWords(eventRules, events) ?? (failed.length === 0 && matchWords(deploymentRules, reasons(snapshots)));
  if (spoken) return found(spoken.rule, [spoken.words], failed.length, failed.at(-1));
  const last = failed.at(-1);
  return found(unknown, last ? evidenceOf(last) : events.slice(0, 3), failed.length, last);
}

const unknown: Omit<CauseRule, "pattern"> = {
  cause: "unknown",
  title: "ECS gives no cause that is known",
  fix: "Look at the service's events and at the tasks' logs.",
};

function found(rule: Omit<CauseRule, "pattern">, evidence: string[], failedTasks: number, task?: TaskView): Diagnosis {
  const { cause, title, fix } = rule;
  return { cause, title, evidence, fix, failedTasks, ...(task && { task: task.arn }) };
}

/** The last view of each task of ours that ended, oldest first; those that ECS's rollback or scaling stopped did not fail. */
function failedTasks(subject: Subject, snapshots: readonly Snapshot[]): TaskView[] {
  const latest = new Map<string, TaskView>();
  for (const { tasks } of snapshots) {
    for (const task of tasks) if (task.taskDefinition === subject.taskDefinition) latest.set(task.arn, task);
  }
  return [...latest.values()].filter(hasFailed);
}

function hasFailed(task: TaskView): boolean {
  if (task.desiredStatus !== "STOPPED") return task.healthStatus === "UNHEALTHY";
  return !/^Scaling activity initiated by/i.test(task.stoppedReason ?? "");
}

function evidenceOf(task: TaskView): string[] {
  const stop = [task.stopCode, task.stoppedReason].filter(Boolean).join(": ");
  const health = task.healthStatus === "UNHEALTHY" ? ["healthStatus UNHEALTHY"] : [];
  const containers = task.containers.filter(({ exitCode, reason }) => exitCode !== undefined || reason).map(endOf);
  return [...(stop ? [`task ${taskId(task.arn)} ${stop}`] : []), ...containers, ...health];
}

function endOf({ name, exitCode, reason }: ContainerView): string {
  const parts = [exitCode !== undefined && `exit code ${exitCode}`, reason].filter(Boolean);
  return `container ${name}: ${parts.join(", ")}`;
}

function matchWords(rules: CauseRule[], texts: string[]): { rule: CauseRule; words: string } | undefined {
  for (const rule of rules) {
    const words = texts.find((text) => rule.pattern.test(text));
    if (words !== undefined) return { rule, words };
  }
  return undefined;
}

function reasons(snapshots: readonly Snapshot[]): string[] {
  const { statusReason, rollbackReason, alarms } = snapshots.at(-1)?.ours ?? {};
  const fired = alarms?.status === "TRIGGERED" ? [`alarm ${alarms.triggered.join(", ")} TRIGGERED`] : [];
  return [statusReason ?? "", rollbackReason ?? "", ...fired];
}

function newEvents(snapshots: readonly Snapshot[], knownEvents: ReadonlySet<string>): string[] {
  const events = new Map(snapshots.flatMap(({ service }) => service.events).map((event) => [event.id, event]));
  return [...events.values()]
    .filter((event) => !knownEvents.has(event.id))
    .sort((a, b) => b.at - a.at)
    .map((event) => event.message);
}
