import type { Json } from "../../protocol/service.js";
import { rolloutReason, statusReason } from "../event-messages.js";
import type {
  DeploymentRecord,
  HookRecord,
  LifecycleStage,
  ServiceDeploymentRecord,
  ServiceRecord,
} from "../model/ecs-state.js";
import { object, objects } from "../model/task-definition-json.js";
import { randomToken } from "../seeded-random.js";
import { failDeployment, hasDeploymentEnded } from "./change-deployments.js";
import { bakeTime } from "./deployment-alarms.js";
import { type SchedulerContext, serviceDeploymentOf, wake } from "./scheduler-context.js";

const DEFAULT_TIMEOUT = 1_440;

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

/** Adds the PAUSE hooks of a stage, each with a new id. */
export function addHooks(
  context: SchedulerContext,
  record: ServiceDeploymentRecord,
  stage: LifecycleStage,
  lifecycleHooks: Json | undefined,
): void {
  for (const { lifecycleStages, timeoutConfiguration } of objects(lifecycleHooks)) {
    if (!Array.isArray(lifecycleStages) || !lifecycleStages.includes(stage)) continue;
    const { timeoutInMinutes, action } = object(timeoutConfiguration);
    const hook: HookRecord = {
      id: `ecs-pause-${randomToken(context.random, 43)}`,
      stage,
      status: "AWAITING_ACTION",
      expiresAt: context.now + Number(timeoutInMinutes ?? DEFAULT_TIMEOUT) * context.timing.minute,
      timeoutAction: action === "CONTINUE" ? "CONTINUE" : "ROLLBACK",
    };
    record.hooks = [...(record.hooks ?? []), hook];
  }
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
  for (const hook of record.hooks ?? []) timeOut(context, hook);
  const failed = record.hooks?.find(isFailed);
  if (failed !== undefined && deployment.rolloutState === "IN_PROGRESS") {
    failDeployment(context, service, deployment, {
      wantsRollback: true,
      rollout: rolloutReason.hook(failed.stage),
      rollingBack: rolloutReason.hookRollingBack(failed.stage),
      stopped: statusReason.rolledBackByHook(failed.stage),
      rolledBack: statusReason.rolledBackByHook(failed.stage),
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

/** Returns whether no hook of the present stage is waited for. */
export const haveHooksPassed = (record: ServiceDeploymentRecord) =>
  (record.hooks ?? []).every((hook) => hook.stage !== record.stage || hook.status !== "AWAITING_ACTION");

export const isFailed = (hook: HookRecord) =>
  hook.status === "FAILED" || (hook.status === "TIMED_OUT" && hook.timeoutAction === "ROLLBACK");

export function timeOut(context: SchedulerContext, hook: HookRecord): void {
  if (hook.status !== "AWAITING_ACTION") return;
  wake(context, hook.expiresAt);
  if (context.now < hook.expiresAt) return;
  hook.status = "TIMED_OUT";
  context.changed = true;
}
