import { eventMessages, rolloutReason, statusReason } from "../event-messages.js";
import type { DeploymentRecord, ServiceRecord, TaskRecord } from "../model/ecs-state.js";
import { failDeployment, hasDeploymentEnded } from "./change-deployments.js";
import { breakerThreshold } from "./deployment-limits.js";
import { addEvent, type SchedulerContext, serviceDeploymentOf, wake } from "./scheduler-context.js";

/** Counts a failed task against its deployment while that is in progress. */
export function countFailure(context: SchedulerContext, service: ServiceRecord, task: TaskRecord): void {
  const deployment = service.deployments.find((each) => each.id === task.deploymentId);
  if (deployment?.rolloutState !== "IN_PROGRESS") return;
  deployment.failedTasks++;
  deployment.updatedAt = context.now;
  updateFailureCount(context, service, deployment);
}

/** Resets the failure count after a healthy task, unless the breaker is configured not to or has opened. */
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
  updateFailureCount(context, service, deployment);
}

/** Opens the circuit breaker when its threshold is reached, unless the service deployment has ended. */
export function failOnCircuitBreaker(
  context: SchedulerContext,
  service: ServiceRecord,
  deployment: DeploymentRecord,
): void {
  const breaker = service.deploymentConfiguration.deploymentCircuitBreaker;
  const record = serviceDeploymentOf(context, deployment);
  if (!breaker.enable || deployment.rolloutState !== "IN_PROGRESS" || hasDeploymentEnded(record)) return;
  if (record.traffic !== undefined && !context.breakerOnShifts) return;
  if (deployment.failedTasks < breakerThreshold(service.desiredCount, breaker)) return;
  if (opensLater(context, deployment)) return;
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
 * Returns whether the breaker opens later. In every recording it opens after one more start than its threshold of failures. After a task that
 * ran, that start has happened by then; where it is delayed, ECS waits, starts the task, and only then opens: the failed deployment stays
 * listed until that last task has stopped.
 */
function opensLater(context: SchedulerContext, deployment: DeploymentRecord): boolean {
  if (deployment.breakerAt === undefined && deployment.startAfter > context.now) {
    deployment.breakerAt = context.now + context.timing.breakerDelay;
    deployment.startAfter = Math.min(deployment.startAfter, deployment.breakerAt - context.timing.provisioning);
  }
  if (deployment.breakerAt === undefined || context.now >= deployment.breakerAt) return false;
  wake(context, deployment.breakerAt);
  return true;
}

/** Delays the next start after a task that never ran, longer each round. Tasks of one round count once. */
export function delayRestart(context: SchedulerContext, task: TaskRecord): void {
  const service = task.serviceArn === undefined ? undefined : context.state.services[task.serviceArn];
  const deployment = service?.deployments.find((each) => each.id === task.deploymentId);
  if (service === undefined || deployment === undefined || task.createdAt < deployment.neverRanAt) return;
  const delays = context.timing.restartBackoff;
  deployment.startAfter = context.now + (delays[Math.min(deployment.neverRan, delays.length - 1)] ?? 0);
  deployment.neverRan++;
  deployment.neverRanAt = context.now;
  if (deployment.neverRan >= delays.length) addEvent(context, service, eventMessages.cannotStart());
}

function updateFailureCount(context: SchedulerContext, service: ServiceRecord, deployment: DeploymentRecord): void {
  const { breaker } = serviceDeploymentOf(context, deployment);
  breaker.failureCount = deployment.failedTasks;
  breaker.threshold = breakerThreshold(service.desiredCount, service.deploymentConfiguration.deploymentCircuitBreaker);
  context.changed = true;
}
