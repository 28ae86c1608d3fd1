import type { ServiceDeploymentView, Snapshot, Subject } from "../../ecs/snapshot.js";

/**
 * Returns the texts in which ECS states why the rollout ended, the most exact first. Without the service deployment they are those of the
 * classic deployments. Pure.
 */
export function endReasons(subject: Subject, snapshots: readonly Snapshot[]): string[] {
  const { ours } = snapshots.at(-1) ?? {};
  return ours ? reasonsOf(ours) : classicReasons(subject, snapshots);
}

function reasonsOf({ statusReason, rollbackReason, alarms, failedHooks = [] }: ServiceDeploymentView): string[] {
  const fired = alarms?.status === "TRIGGERED" ? [`alarm ${alarms.triggered.join(", ")} TRIGGERED`] : [];
  // Where there is nothing to roll back to, only the hook's status shows the failure.
  return [statusReason ?? "", rollbackReason ?? "", ...fired, ...failedHooks];
}

/** ECS lists a failed deployment for some minutes after its rollback, so every snapshot counts. */
function classicReasons({ taskDefinition }: Subject, snapshots: readonly Snapshot[]): string[] {
  const failed = snapshots
    .flatMap(({ service }) => service.deployments)
    .filter((one) => one.taskDefinition === taskDefinition && one.rolloutState === "FAILED");
  return [...new Set(failed.flatMap(({ rolloutStateReason }) => rolloutStateReason ?? []))].reverse();
}
