import { primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";
import { type Diagnosis, diagnose } from "./diagnose.js";

/** Cause for which the revision that ECS rolls back to does not start. */
export interface RollbackDiagnosis extends Diagnosis {
  /** ARN of that revision. */
  taskDefinition: string;
}

/**
 * Diagnoses the tasks that ECS has started on its way back. The rollout's own diagnosis tells why the release failed; this one why what
 * was there before, which had run, does not run again: its image is gone, its secret, its capacity. Pure.
 * @returns undefined where no such task failed.
 */
export function diagnoseRollback(subject: Subject, snapshots: readonly Snapshot[]): RollbackDiagnosis | undefined {
  const latest = snapshots.at(-1);
  const primary = latest && primaryOf(latest.service);
  if (!primary || primary.taskDefinition === subject.taskDefinition) return undefined;
  const { taskDefinition } = primary;
  // Those that were there at the first poll ran before, or had failed before.
  const before = new Set(snapshots[0]?.tasks.map(({ arn }) => arn));
  const since = snapshots.map((one) => ({ ...one, tasks: one.tasks.filter(({ arn }) => !before.has(arn)) }));
  const diagnosis = diagnose({ ...subject, taskDefinition, digests: [] }, since);
  return diagnosis.failedTasks > 0 && diagnosis.cause !== "unknown" ? { ...diagnosis, taskDefinition } : undefined;
}
