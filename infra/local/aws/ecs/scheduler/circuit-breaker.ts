import { rolloutReason, say, statusReason } from "../event-messages.js";
import type { DeploymentRecord, ServiceRecord, TaskRecord } from "../model/ecs-state.js";
import { failDeployment, hasEnded } from "./change-deployments.js";
import { breakerThreshold } from "./deployment-limits.js";
import { announce, serviceDeploymentOf, type World, wake } from "./scheduler-context.js";

/** Counts a failed task against its deployment while that is being rolled out. */
export function countFailure(world: World, service: ServiceRecord, task: TaskRecord): void {
  const deployment = service.deployments.find((each) => each.id === task.deploymentId);
  if (deployment?.rolloutState !== "IN_PROGRESS") return;
  deployment.failedTasks++;
  deployment.updatedAt = world.now;
  showCount(world, service, deployment);
}

/** A healthy task ends the run of failures: the breaker starts counting again, unless it is told not to or has opened by them. */
export function resetFailures(world: World, service: ServiceRecord, deployment: DeploymentRecord): void {
  if (deployment.rolloutState === "FAILED") return;
  deployment.neverRan = 0;
  delete deployment.breakerAt;
  if (
    deployment.failedTasks === 0 ||
    service.deploymentConfiguration.deploymentCircuitBreaker.resetOnHealthyTask === false
  )
    return;
  deployment.failedTasks = 0;
  showCount(world, service, deployment);
}

/** Opens the circuit breaker when it is due: never once the service deployment has ended. */
export function tripBreaker(world: World, service: ServiceRecord, deployment: DeploymentRecord): void {
  const breaker = service.deploymentConfiguration.deploymentCircuitBreaker;
  const record = serviceDeploymentOf(world, deployment);
  if (!breaker.enable || deployment.rolloutState !== "IN_PROGRESS" || hasEnded(record)) return;
  if (deployment.failedTasks < breakerThreshold(service.desiredCount, breaker)) return;
  if (looksLater(world, deployment)) return;
  record.breaker.status = "TRIGGERED";
  failDeployment(world, service, deployment, {
    wantsRollback: breaker.rollback,
    rollout: rolloutReason.breaker(),
    rollingBack: rolloutReason.rollingBack,
    event: say.failed(deployment.id),
    stopped: statusReason.stoppedByBreaker,
    rolledBack: statusReason.rolledBackByBreaker,
  });
}

/**
 * In every recording the breaker opens after one more start than it takes failures. After a task that ran, that start has been made by then;
 * where it is put off, ECS looks again, starts it, and only then opens: the failed deployment stays listed until that last task is gone.
 */
function looksLater(world: World, deployment: DeploymentRecord): boolean {
  if (deployment.breakerAt === undefined && deployment.startAfter > world.now) {
    deployment.breakerAt = world.now + world.timing.breakerLook;
    deployment.startAfter = Math.min(deployment.startAfter, deployment.breakerAt - world.timing.provisioning);
  }
  if (deployment.breakerAt === undefined || world.now >= deployment.breakerAt) return false;
  wake(world, deployment.breakerAt);
  return true;
}

/** Puts off the next start after a task that never ran, longer each round. Tasks of one round count once. */
export function delayRestart(world: World, task: TaskRecord): void {
  const service = task.serviceArn === undefined ? undefined : world.state.services[task.serviceArn];
  const deployment = service?.deployments.find((each) => each.id === task.deploymentId);
  if (service === undefined || deployment === undefined || task.createdAt < deployment.neverRanAt) return;
  const waits = world.timing.restartBackoff;
  deployment.startAfter = world.now + (waits[Math.min(deployment.neverRan, waits.length - 1)] ?? 0);
  deployment.neverRan++;
  deployment.neverRanAt = world.now;
  if (deployment.neverRan >= waits.length) announce(world, service, say.cannotStart());
}

function showCount(world: World, service: ServiceRecord, deployment: DeploymentRecord): void {
  const { breaker } = serviceDeploymentOf(world, deployment);
  breaker.failureCount = deployment.failedTasks;
  breaker.threshold = breakerThreshold(service.desiredCount, service.deploymentConfiguration.deploymentCircuitBreaker);
  world.changed = true;
}
