import type { Json, JsonObject } from "../../protocol/service.js";
import { hookFailure, statusReason } from "../event-messages.js";
import type { FunctionAnswer } from "../hook-functions.js";
import type { HookRecord, LambdaHook, LifecycleStage, ServiceDeploymentRecord } from "../model/ecs-state.js";
import { object, objects } from "../model/task-definition-json.js";
import { randomToken, randomUuid } from "../seeded-random.js";
import { type SchedulerContext, wake } from "./scheduler-context.js";
import { hookWeights } from "./strategies/traffic.js";

/** Minutes: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentLifecycleHookTimeoutConfiguration.html */
const DEFAULT_TIMEOUT = 1_440;
/** Seconds: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html */
const DEFAULT_CALL_BACK = 30;

/** Adds the hooks of a stage, each with a new id. On the way back only Lambda hooks are added. */
export function addHooks(
  context: SchedulerContext,
  record: ServiceDeploymentRecord,
  stage: LifecycleStage,
  lifecycleHooks: Json | undefined,
  isWayBack = false,
): void {
  for (const { targetType, lifecycleStages, timeoutConfiguration, ...target } of objects(lifecycleHooks)) {
    if (!Array.isArray(lifecycleStages) || !lifecycleStages.includes(stage)) continue;
    const isPause = targetType === "PAUSE";
    if (isPause && isWayBack) continue;
    const { timeoutInMinutes, action } = object(timeoutConfiguration);
    const hook: HookRecord = {
      id: `ecs-${isPause ? "pause" : "lambda"}-${randomToken(context.random, 43)}`,
      stage,
      status: isPause ? "AWAITING_ACTION" : "IN_PROGRESS",
      expiresAt: context.now + Number(timeoutInMinutes ?? DEFAULT_TIMEOUT) * context.timing.minute,
      timeoutAction: action === "CONTINUE" ? "CONTINUE" : "ROLLBACK",
      ...(!isPause && { lambda: lambdaHook(context, record, stage, target, isWayBack) }),
    };
    record.hooks = [...(record.hooks ?? []), hook];
    context.changed = true;
  }
}

function lambdaHook(
  context: SchedulerContext,
  record: ServiceDeploymentRecord,
  stage: LifecycleStage,
  { hookTargetArn, roleArn, hookDetails }: JsonObject,
  isWayBack: boolean,
): LambdaHook {
  return {
    functionArn: String(hookTargetArn),
    roleArn: String(roleArn),
    executionId: randomUuid(context.random),
    callAt: context.now,
    ...hookWeights(record, stage, isWayBack),
    ...(hookDetails !== undefined && { details: object(hookDetails) }),
    isWayBack,
  };
}

/** Times hooks out and invokes the functions that are due; returns the first hook that has failed. */
export function advanceHooks(
  context: SchedulerContext,
  record: ServiceDeploymentRecord,
  isWayBack = false,
): HookRecord | undefined {
  const hooks = (record.hooks ?? []).filter(({ lambda }) => (lambda?.isWayBack ?? false) === isWayBack);
  for (const hook of hooks) {
    timeOut(context, hook);
    invokeDue(context, record, hook);
  }
  return hooks.find(isFailed);
}

/** Returns whether no hook of the present stage, or none of the way back, is waited for. */
export const haveHooksPassed = (record: ServiceDeploymentRecord, isWayBack = false) =>
  (record.hooks ?? []).every(({ lambda, stage, status }) => {
    const isOther = (lambda?.isWayBack ?? false) !== isWayBack || (!isWayBack && stage !== record.stage);
    return isOther || (status !== "AWAITING_ACTION" && status !== "IN_PROGRESS");
  });

const isFailed = (hook: HookRecord) =>
  hook.status === "FAILED" || (hook.status === "TIMED_OUT" && hook.timeoutAction === "ROLLBACK");

/** Returns the status reason of the rollback of a failed hook. */
export function failedHookReason({ lambda, stage, status }: HookRecord): string {
  if (lambda !== undefined) return statusReason.rolledBackByHook(stage, lambda.failure);
  return status === "TIMED_OUT" ? statusReason.rolledBackByPause(stage) : statusReason.rolledBackByHook(stage);
}

function timeOut(context: SchedulerContext, hook: HookRecord): void {
  if (hook.status !== "AWAITING_ACTION" && hook.status !== "IN_PROGRESS") return;
  wake(context, hook.expiresAt);
  if (context.now < hook.expiresAt) return;
  hook.status = "TIMED_OUT";
  if (hook.lambda !== undefined) hook.lambda.failure = hookFailure.timedOut(hook.lambda.functionArn);
  context.changed = true;
}

function invokeDue(
  context: SchedulerContext,
  record: ServiceDeploymentRecord,
  { id, lambda, stage, status }: HookRecord,
) {
  if (lambda?.callAt === undefined || status !== "IN_PROGRESS") return;
  wake(context, lambda.callAt);
  if (context.now < lambda.callAt) return;
  delete lambda.callAt;
  const event: JsonObject = {
    executionId: lambda.executionId,
    lifecycleStage: stage,
    resourceArn: record.arn,
    executionDetails: {
      serviceArn: record.serviceArn,
      targetServiceRevisionArn: record.targetRevision,
      testTrafficWeights: { ...lambda.testWeights },
      productionTrafficWeights: { ...lambda.productionWeights },
    },
    ...(lambda.details !== undefined && { hookDetails: structuredClone(lambda.details) }),
  };
  const { functionArn } = lambda;
  context.actions.push({ type: "invoke", serviceDeploymentArn: record.arn, hookId: id, functionArn, event });
}

/** Applies the answer of a hook's function. One that comes after the hook's end is ignored. */
export function observeAnswer(
  context: SchedulerContext,
  { serviceDeploymentArn, hookId }: { serviceDeploymentArn: string; hookId: string },
  answer: FunctionAnswer,
): void {
  const record = context.state.serviceDeployments[serviceDeploymentArn];
  const hook = record?.hooks?.find(({ id }) => id === hookId);
  if (record === undefined || hook?.lambda === undefined || hook.status !== "IN_PROGRESS") return;
  const { lambda } = hook;
  const { hookStatus, callBackDelay, hookDetails } = object("output" in answer ? answer.output : undefined);
  record.updatedAt = context.now;
  if (hookStatus === "SUCCEEDED") hook.status = "SUCCEEDED";
  else if (hookStatus === "IN_PROGRESS") {
    const seconds = typeof callBackDelay === "number" && callBackDelay > 0 ? callBackDelay : DEFAULT_CALL_BACK;
    lambda.callAt = context.now + (seconds * context.timing.minute) / 60;
    if (hookDetails !== undefined) lambda.details = { ...lambda.details, ...object(hookDetails) };
  } else {
    hook.status = "FAILED";
    lambda.failure = failureOf(lambda, answer, hookStatus);
  }
}

function failureOf({ functionArn, roleArn }: LambdaHook, answer: FunctionAnswer, hookStatus: Json | undefined): string {
  if (hookStatus === "FAILED") return hookFailure.failed(functionArn);
  if ("refused" in answer) return hookFailure.notInvoked(functionArn, answer.refused);
  if ("error" in answer && answer.error === "role") return hookFailure.noRole(roleArn);
  return hookFailure.noStatus(functionArn);
}

/** Invokes the functions again whose answers a restart has lost. */
export function resumeHooks(context: SchedulerContext): void {
  for (const { hooks = [] } of Object.values(context.state.serviceDeployments)) {
    for (const { lambda, status } of hooks) {
      if (lambda !== undefined && status === "IN_PROGRESS") lambda.callAt ??= context.now;
    }
  }
}
