import type { ServiceDeploymentView, TaskView } from "./snapshot.js";

/** Returns true for a service deployment that has ended. An unknown state counts as unfinished. */
export function isFinished(status: string): boolean {
  return ["SUCCESSFUL", "STOPPED", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"].includes(status);
}

/** Returns true until a service deployment ends or is being ended. An unknown state is not under way: ECS adds states. */
export function isUnderWay(deployment: Pick<ServiceDeploymentView, "status"> | undefined): boolean {
  return deployment?.status === "PENDING" || deployment?.status === "IN_PROGRESS";
}

/** Returns true while a service deployment is stopped or rolled back, and after that: a hook that still waits can't be continued any more. */
export function isBeingEnded(status = ""): boolean {
  return /^(?:ROLLBACK_|STOP)/.test(status);
}

/** Returns true while a task can serve. Its last status counts: a draining task has the desired status STOPPED and still serves. */
export function isServing(task: TaskView): boolean {
  return ["ACTIVATING", "RUNNING", "DEACTIVATING"].includes(task.lastStatus);
}

/**
 * Stages at which production traffic may reach the new tasks. A linear or canary deployment passes the stage before a shift once a
 * step: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/canary-deployment.html
 */
const trafficShiftedStages: ReadonlySet<string> = new Set([
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
  "BAKE_TIME",
  "CLEAN_UP",
]);

/** Returns true when production traffic may reach the new tasks: the weight decides where ECS returns one, and else the stage. */
export function receivesTraffic({ productionWeight, lifecycleStage }: ServiceDeploymentView): boolean {
  return productionWeight === undefined ? trafficShiftedStages.has(lifecycleStage ?? "") : productionWeight > 0;
}

/**
 * Progress of production traffic to the new tasks of an unfinished deployment: not at all, in part, all of it while the old tasks are
 * still up, or all of it while they end.
 */
export type TrafficPhase = "before" | "in part" | "moved" | "clean-up";

export function trafficPhaseOf(ours: ServiceDeploymentView): TrafficPhase {
  const { lifecycleStage = "", productionWeight } = ours;
  if (!receivesTraffic(ours)) return "before";
  if (lifecycleStage === "CLEAN_UP") return "clean-up";
  const isAll = productionWeight === undefined ? !/^(PRE_)?PRODUCTION_/.test(lifecycleStage) : productionWeight >= 100;
  return isAll ? "moved" : "in part";
}

/** Returns true while the bake time of a deployment runs: all production traffic has moved, and ECS can still send it back at once. */
export function isBaking({ status, lifecycleStage, productionWeight }: ServiceDeploymentView): boolean {
  return status === "IN_PROGRESS" && lifecycleStage === "BAKE_TIME" && productionWeight === 100;
}

/** Describes what ECS does when a pause's time is over, as in `, then ECS rolls back`; empty where ECS does not state it. */
export function afterPause(timeoutAction: string | undefined): string {
  if (timeoutAction === undefined) return "";
  const known = { CONTINUE: "continues", ROLLBACK: "rolls back" }[timeoutAction];
  return `, then ECS ${known ?? `performs ${timeoutAction}`}`;
}

/** Returns the number of failed tasks at which the deployment circuit breaker ends a rollout: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html */
export function breakerThreshold(desiredCount: number): number {
  return Math.min(200, Math.max(3, Math.ceil(desiredCount / 2)));
}
