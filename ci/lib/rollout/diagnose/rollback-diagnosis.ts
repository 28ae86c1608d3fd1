import { primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";
import { type Diagnosis, diagnose } from "./diagnose.js";

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
