/** Converts the SDK's types, where every member may be absent, to those of the snapshot. */
import type {
  DeploymentLifecycleHookDetail,
  Service,
  ServiceDeployment,
  ServiceDeploymentBrief,
  Task,
} from "@aws-sdk/client-ecs";
import { present } from "../common/present.js";
import { isNetworkBalanced, pauseStagesOf, shiftPlanOf, wayBackSecondsOf } from "./shift-plan.js";
import type { ServiceDeploymentView, ServiceView, TaskView } from "./snapshot.js";
import { isBeingEnded } from "./states.js";

export function serviceView(service: Service): ServiceView {
  const pauseStages = pauseStagesOf(service.deploymentConfiguration);
  return {
    status: service.status ?? "",
    desiredCount: service.desiredCount ?? 0,
    runningCount: service.runningCount ?? 0,
    pendingCount: service.pendingCount ?? 0,
    isBalanced: (service.loadBalancers?.length ?? 0) > 0,
    ...(isNetworkBalanced(service) && { isNetworkBalanced: true }),
    ...(pauseStages.length > 0 && { pauseStages }),
    ...present({
      healthCheckGracePeriodSeconds: service.healthCheckGracePeriodSeconds,
      earlySuccess: service.deploymentConfiguration?.earlySuccessCriteria?.enable,
    }),
    deployments: (service.deployments ?? []).map((one) => ({
      id: one.id ?? "",
      status: one.status ?? "",
      taskDefinition: one.taskDefinition ?? "",
      desiredCount: one.desiredCount ?? 0,
      runningCount: one.runningCount ?? 0,
      pendingCount: one.pendingCount ?? 0,
      failedTasks: one.failedTasks ?? 0,
      createdAt: one.createdAt?.getTime() ?? 0,
      ...present({ rolloutState: one.rolloutState, rolloutStateReason: one.rolloutStateReason }),
    })),
    events: (service.events ?? []).map((event) => ({
      id: event.id ?? "",
      at: event.createdAt?.getTime() ?? 0,
      message: event.message ?? "",
    })),
  };
}

export function serviceDeploymentView(deployment: ServiceDeployment): ServiceDeploymentView {
  const { deploymentCircuitBreaker: breaker, alarms } = deployment;
  const shift = shiftPlanOf(deployment.deploymentConfiguration);
  const target = deployment.targetServiceRevision;
  const hooks = deployment.lifecycleHookDetails ?? [];
  const waiting = isBeingEnded(deployment.status) ? [] : hooks.filter((hook) => hook.status === "AWAITING_ACTION");
  const running = hooks.filter((hook) => hook.status === "IN_PROGRESS");
  const failed = hooks.flatMap(failureOfHook);
  const wayBackSeconds = wayBackSecondsOf(deployment.deploymentConfiguration);
  return {
    arn: deployment.serviceDeploymentArn ?? "",
    status: deployment.status ?? "",
    createdAt: deployment.createdAt?.getTime() ?? 0,
    target: target?.arn ?? "",
    sources: (deployment.sourceServiceRevisions ?? []).map((one) => one.arn ?? ""),
    earlySuccess: deployment.deploymentConfiguration?.earlySuccessCriteria?.enable ?? false,
    waitingHooks: waiting.map(({ hookId, expiresAt, timeoutAction }) => ({
      hookId: hookId ?? "",
      ...present({ expiresAt: expiresAt?.getTime(), timeoutAction }),
    })),
    runningHooks: running.map(nameOfHook),
    ...(failed.length > 0 && { failedHooks: failed }),
    ...(wayBackSeconds > 0 && { wayBackSeconds }),
    ...present({
      // A rolling deployment shifts no traffic by weight.
      shift,
      productionWeight: shift && target?.requestedProductionTrafficWeight,
      testWeight: shift && target?.requestedTestTrafficWeight,
      statusReason: deployment.statusReason,
      lifecycleStage: deployment.lifecycleStage,
      finishedAt: deployment.finishedAt?.getTime(),
      rollbackReason: deployment.rollback?.reason,
      breaker: breaker && {
        status: breaker.status ?? "",
        failureCount: breaker.failureCount ?? 0,
        threshold: breaker.threshold ?? 0,
      },
      alarms: alarms && { status: alarms.status ?? "", triggered: alarms.triggeredAlarmNames ?? [] },
    }),
  };
}

/** Returns the name of a hook's Lambda function, or the id of a pause. */
function nameOfHook({ targetArn, hookId }: DeploymentLifecycleHookDetail): string {
  return /:function:([^:]+)/.exec(targetArn ?? "")?.[1] ?? hookId ?? "";
}

/** ECS goes on after a time-out whose action is CONTINUE. The texts are those of ECS's own reasons, with the hook's name. */
function failureOfHook(hook: DeploymentLifecycleHookDetail): string[] {
  const name = nameOfHook(hook);
  if (hook.status === "FAILED") return [`lifecycle hook ${name} FAILED`];
  if (hook.status !== "TIMED_OUT" || hook.timeoutAction !== "ROLLBACK") return [];
  return [hook.targetType === "PAUSE" ? `pause hook timed out: ${name}` : `hook target ${name} timed out`];
}

/** Returns what the list has of a service deployment: no stage, no hooks, no circuit breaker, no alarms, no sources. */
export function briefView(brief: ServiceDeploymentBrief): ServiceDeploymentView {
  return {
    arn: brief.serviceDeploymentArn ?? "",
    status: brief.status ?? "",
    createdAt: brief.createdAt?.getTime() ?? 0,
    target: brief.targetServiceRevisionArn ?? "",
    sources: [],
    earlySuccess: false,
    waitingHooks: [],
    runningHooks: [],
    ...present({ statusReason: brief.statusReason, finishedAt: brief.finishedAt?.getTime() }),
  };
}

export function taskView(task: Task): TaskView {
  return {
    arn: task.taskArn ?? "",
    taskDefinition: task.taskDefinitionArn ?? "",
    lastStatus: task.lastStatus ?? "",
    desiredStatus: task.desiredStatus ?? "",
    ...present({
      healthStatus: task.healthStatus,
      stopCode: task.stopCode,
      stoppedReason: task.stoppedReason,
      executionStoppedAt: task.executionStoppedAt?.getTime(),
      startedBy: task.startedBy,
      address: addressOf(task),
    }),
    containers: (task.containers ?? []).map((container) => ({
      name: container.name ?? "",
      ...present({
        imageDigest: container.imageDigest,
        healthStatus: container.healthStatus,
        exitCode: container.exitCode,
        reason: container.reason,
      }),
    })),
  };
}

function addressOf({ attachments = [] }: Task): string | undefined {
  const details = attachments.flatMap(({ details = [] }) => details);
  const named = (name: string) => details.find((detail) => detail.name === name)?.value;
  return named("privateIPv4Address") ?? named("iPv6Address");
}
