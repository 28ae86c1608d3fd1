import { eventMessages, rolloutReason, statusReason } from "../event-messages.js";
import type { DeploymentRecord, ServiceRecord, TaskRecord } from "../model/ecs-state.js";
import { failDeployment, hasDeploymentEnded } from "./change-deployments.js";
import { breakerThreshold } from "./deployment-limits.js";
import { addEvent, type SchedulerContext, serviceDeploymentOf, wake } from "./scheduler-context.js";

/** Counts a failed task against its deployment while that is being rolled out. */
export function countFailure(context: SchedulerContext, service: ServiceRecord, task: TaskRecord): void {
  const deployment = service.deployments.find((each) => each.id === task.deploymentId);
  if (deployment?.rolloutState !== "IN_PROGRESS") return;
  deployment.failedTasks++;
  deployment.updatedAt = context.now;
  showCount(context, service, deployment);
}

/** A healthy task ends the run of failures: the breaker starts counting again, unless it is told not to or has opened by them. */
export function resetFailures(context: SchedulerContext, service: ServiceRecord, deployment: DeploymentRecord): void {
  if (deployment.rolloutState === "FAILED") return;
  deployment.neverRan = 0;
  delete deployment.breakerAt;
  if (
    deployment.failedTasks === 0 ||
    service.deploymentConfiguration.deploymentCircuitBreaker.resetOnHealthyTask === false
  )
    return;
  deployment.failedTasks = 0;
  showCount(context, service, deployment);
}

/** Opens the circuit breaker when it is due: never once the service deployment has ended. */
export function failOnCircuitBreaker(
  context: SchedulerContext,
  service: ServiceRecord,
  deployment: DeploymentRecord,
): void {
  const breaker = service.deploymentConfiguration.deploymentCircuitBreaker;
  const record = serviceDeploymentOf(context, deployment);
  if (!breaker.enable || deployment.rolloutState !== "IN_PROGRESS" || hasDeploymentEnded(record)) return;
  if (deployment.failedTasks < breakerThreshold(service.desiredCount, breaker)) return;
  if (looksLater(context, deployment)) return;
  record.breaker.status = "TRIGGERED";
  failDeployment(context, service, deployment, {
    wantsRollback: breaker.rollback,
    rollout: rolloutReason.breaker(),
    rollingBack: rolloutReason.rollingBack,
    event: eventMessages.failed(deployment.id),
    stopped: statusReason.stoppedByBreaker,
    rolledBack: statusReason.rolledBackByBreaker,
  });
}

/**
 * In every recording the breaker opens after one more start than it takes failures. After a task that ran, that start has been made by then;
 * where it is put off, ECS looks again, starts it, and only then opens: the failed deployment stays listed until that last task is gone.
 */
function looksLater(context: SchedulerContext, deployment: DeploymentRecord): boolean {
  if (deployment.breakerAt === undefined && deployment.startAfter > context.now) {
    deployment.breakerAt = context.now + context.timing.breakerLook;
    deployment.startAfter = Math.min(deployment.startAfter, deployment.breakerAt - context.timing.provisioning);
  }
  if (deployment.breakerAt === undefined || context.now >= deployment.breakerAt) return false;
  wake(context, deployment.breakerAt);
  return true;
}

/** Puts off the next start after a task that never ran, longer each round. Tasks of one round count once. */
export function delayRestart(context: SchedulerContext, task: TaskRecord): void {
  const service = task.serviceArn === undefined ? undefined : context.state.services[task.serviceArn];
  const deployment = service?.deployments.find((each) => each.id === task.deploymentId);
  if (service === undefined || deployment === undefined || task.createdAt < deployment.neverRanAt) return;
  const waits = context.timing.restartBackoff;
  deployment.startAfter = context.now + (waits[Math.min(deployment.neverRan, waits.length - 1)] ?? 0);
  deployment.neverRan++;
  deployment.neverRanAt = context.now;
  if (deployment.neverRan >= waits.length) addEvent(context, service, eventMessages.cannotStart());
}

function showCount(context: SchedulerContext, service: ServiceRecord, deployment: DeploymentRecord): void {
  const { breaker } = serviceDeploymentOf(context, deployment);
  breaker.failureCount = deployment.failedTasks;
  breaker.threshold = breakerThreshold(service.desiredCount, service.deploymentConfiguration.deploymentCircuitBreaker);
  context.changed = true;
}
