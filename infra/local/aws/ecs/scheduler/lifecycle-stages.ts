import { rolloutReason } from "../event-messages.js";
import type { DeploymentRecord, LifecycleStage, ServiceDeploymentRecord, ServiceRecord } from "../model/ecs-state.js";
import { objects } from "../model/task-definition-json.js";
import { failDeployment, hasDeploymentEnded } from "./change-deployments.js";
import { bakeTime } from "./deployment-alarms.js";
import { addHooks, advanceHooks, failedHookReason, haveHooksPassed } from "./lifecycle-hooks.js";
import { type SchedulerContext, serviceDeploymentOf, wake } from "./scheduler-context.js";

/**
 * Enters a stage of a rolling deployment: RECONCILE_SERVICE (only with more than one active revision) → PRE_SCALE_UP → SCALE_UP → POST_SCALE_UP →
 * BAKE_TIME → CLEAN_UP. Old tasks stop during SCALE_UP, as the percents allow. Only deployments with hooks, alarms or a bake time have stages;
 * what ECS returns for others is not recorded. Hooks at stages of traffic shifts are never reached.
 */
export function enterStage(
  context: SchedulerContext,
  service: ServiceRecord,
  record: ServiceDeploymentRecord,
  stage: LifecycleStage,
): void {
  const { lifecycleHooks, bakeTimeInMinutes } = service.deploymentConfiguration.extra;
  const hooks = objects(lifecycleHooks);
  if (hooks.length === 0 && record.alarms === undefined && !bakeTimeInMinutes) return;
  record.stage = stage;
  record.updatedAt = context.now;
  context.changed = true;
  addHooks(context, record, stage, lifecycleHooks);
}

/** Returns whether a deployment waits before its first task: no task is started or stopped for it. */
export const isPaused = (record: ServiceDeploymentRecord) =>
  !hasDeploymentEnded(record) &&
  record.status !== "ROLLBACK_IN_PROGRESS" &&
  (record.stage === "RECONCILE_SERVICE" || record.stage === "PRE_SCALE_UP");

/** Times hooks out, rolls back where one has failed, and enters the next stage where all have passed. */
export function failOnHook(context: SchedulerContext, service: ServiceRecord, deployment: DeploymentRecord): void {
  const record = serviceDeploymentOf(context, deployment);
  if (record.stage === undefined || record.traffic !== undefined) return;
  if (hasDeploymentEnded(record) || deployment.rollback) return;
  const failed = advanceHooks(context, record);
  if (failed !== undefined && deployment.rolloutState === "IN_PROGRESS") {
    failDeployment(context, service, deployment, {
      wantsRollback: true,
      rollout: rolloutReason.hook(failed.stage),
      rollingBack: rolloutReason.hookRollingBack(failed.stage),
      stopped: failedHookReason(failed),
      rolledBack: failedHookReason(failed),
    });
  } else if (isPaused(record) && haveHooksPassed(record)) {
    enterStage(context, service, record, record.stage === "RECONCILE_SERVICE" ? "PRE_SCALE_UP" : "SCALE_UP");
  }
}

/** Advances a deployment whose new tasks are all healthy through its last stages; returns whether it has passed them. */
export function passStages(
  context: SchedulerContext,
  service: ServiceRecord,
  record: ServiceDeploymentRecord,
): boolean {
  if (record.stage === undefined) return true;
  if (record.stage === "SCALE_UP") enterStage(context, service, record, "POST_SCALE_UP");
  if (record.stage === "POST_SCALE_UP" && haveHooksPassed(record)) {
    enterStage(context, service, record, "BAKE_TIME");
    record.bakedAt = context.now + bakeTime(context, service, record);
  }
  if (record.stage === "BAKE_TIME" && record.bakedAt !== undefined) {
    wake(context, record.bakedAt);
    if (context.now >= record.bakedAt) enterStage(context, service, record, "CLEAN_UP");
  }
  return record.stage === "CLEAN_UP";
}
