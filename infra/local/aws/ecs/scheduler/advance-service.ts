import { eventMessages, rolloutReason, statusReason } from "../event-messages.js";
import type { DeploymentRecord, ServiceRecord, TaskRecord } from "../model/ecs-state.js";
import { object } from "../model/task-definition-json.js";
import { endServiceDeployment, hasDeploymentEnded, stopDeployment } from "./change-deployments.js";
import { failOnCircuitBreaker, resetFailures } from "./circuit-breaker.js";
import { failOnAlarm, startAlarmMonitoring } from "./deployment-alarms.js";
import { enterStage, failOnHook, isPaused, passStages } from "./lifecycle-stages.js";
import { isPending, scaleService, stopServiceTasks } from "./scale-service.js";
import { addEvent, type SchedulerContext, serviceDeploymentOf, wake } from "./scheduler-context.js";
import { advanceShift, isShifting, startShift } from "./strategies/advance-shift.js";
import { updateNamedRules } from "./strategies/listener-rules.js";
import { isHealthy, markUnhealthy } from "./task-health.js";

/** Advances a service: checks its tasks' health, ends a deployment that failed or is to stop, starts and stops tasks, completes a deployment. */
export function advanceService(context: SchedulerContext, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  if (service.status === "INACTIVE") removeInactive(context, service);
  else if (service.status === "DRAINING") advanceDraining(context, service, tasks);
  else advanceActive(context, service, tasks);
}

function advanceActive(context: SchedulerContext, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  markUnhealthy(context, service, tasks);
  recordHealthy(context, service, tasks);
  startPrimary(context, service, tasks);
  performStopRequest(context, service);
  for (const end of [failOnCircuitBreaker, failOnAlarm, failOnHook]) {
    const newest = service.deployments[0];
    if (newest !== undefined) end(context, service, newest);
  }
  const primary = service.deployments[0];
  if (primary === undefined) return;
  if (isShifting(serviceDeploymentOf(context, primary))) {
    advanceShift(context, service, primary, tasks);
    return;
  }
  if (!isPaused(serviceDeploymentOf(context, primary))) scaleService(context, service, primary, tasks);
  settle(context, service, primary, tasks);
}

/** Stores the time at which a task first counts as healthy. */
function recordHealthy(context: SchedulerContext, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  for (const task of tasks) {
    if (task.healthyAt !== undefined || !isHealthy(context, task)) continue;
    task.healthyAt = context.now;
    context.changed = true;
    const deployment = service.deployments.find((each) => each.id === task.deploymentId);
    if (deployment !== undefined) resetFailures(context, service, deployment);
  }
}

/** Moves a service deployment from PENDING to IN_PROGRESS when its deployment may start tasks. */
function startPrimary(context: SchedulerContext, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  const primary = service.deployments[0];
  if (primary === undefined) return;
  wake(context, primary.startAfter);
  const record = serviceDeploymentOf(context, primary);
  if (record.status !== "PENDING" || context.now < primary.startAfter) return;
  record.status = "IN_PROGRESS";
  record.startedAt = context.now;
  record.updatedAt = context.now;
  startAlarmMonitoring(context, service, record);
  startShift(context, service, primary, tasks);
  if (record.traffic === undefined) {
    enterStage(context, service, record, service.deployments.length > 2 ? "RECONCILE_SERVICE" : "PRE_SCALE_UP");
  }
  context.changed = true;
}

function performStopRequest(context: SchedulerContext, service: ServiceRecord): void {
  const primary = service.deployments[0];
  if (primary === undefined) return;
  const record = serviceDeploymentOf(context, primary);
  if (record.status !== "STOP_REQUESTED" && record.status !== "ROLLBACK_REQUESTED") return;
  const at = (record.requestedAt ?? context.now) + context.timing.stopRequest;
  if (context.now >= at) stopDeployment(context, service, primary);
  else wake(context, at);
}

/** Ends the service deployment when the new tasks are healthy and the old ones stopping; completes `deployments[0]` when the old ones have stopped. */
function settle(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  tasks: readonly TaskRecord[],
): void {
  removeEmptyDeployments(context, service, tasks);
  const live = tasks.filter((task) => task.desiredStatus === "RUNNING");
  const own = live.filter((task) => task.deploymentId === primary.id);
  succeedEarly(context, service, primary, tasks);
  const reached = own.length === service.desiredCount && own.length === live.length;
  if (!reached || !own.every((task) => isHealthy(context, task))) return;
  if (isPending(context, primary)) return;
  const record = serviceDeploymentOf(context, primary);
  if (primary.rolloutState === "IN_PROGRESS" && !hasDeploymentEnded(record)) {
    if (!primary.rollback && !passStages(context, service, record)) return;
    endServiceDeployment(context, record, primary.rollback ? "ROLLBACK_SUCCESSFUL" : "SUCCESSFUL");
  }
  if (service.deployments.length > 1) return;
  if (primary.rolloutState === "IN_PROGRESS") complete(context, service, primary);
  if (primary.rolloutState === "COMPLETED") reportSteady(context, service);
}

/**
 * Ends the service deployment as successful when enough of its tasks are healthy, if `earlySuccessCriteria` is enabled; the other tasks start
 * and the old ones stop afterwards. `deployments[0]` stays IN_PROGRESS until then: what ECS returns present is not recorded.
 */
function succeedEarly(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  tasks: readonly TaskRecord[],
): void {
  const { enable, healthyPercent, sourceServiceRevisionCleanup } = object(
    service.deploymentConfiguration.extra.earlySuccessCriteria,
  );
  const record = serviceDeploymentOf(context, primary);
  if (enable !== true || primary.rollback || record.status !== "IN_PROGRESS" || isPaused(record)) return;
  const isOwn = (task: TaskRecord) => task.deploymentId === primary.id;
  const healthy = tasks.filter((task) => isOwn(task) && isHealthy(context, task)).length;
  if (healthy < Math.ceil((service.desiredCount * Number(healthyPercent)) / 100)) return;
  const hasOld = tasks.some((task) => !isOwn(task) && task.lastStatus !== "STOPPED");
  if (sourceServiceRevisionCleanup === "BLOCKING" && hasOld) return;
  if (passStages(context, service, record)) endServiceDeployment(context, record, "SUCCESSFUL");
}

function complete(context: SchedulerContext, service: ServiceRecord, primary: DeploymentRecord): void {
  primary.rolloutState = "COMPLETED";
  primary.rolloutStateReason = rolloutReason.completed(primary.id);
  primary.updatedAt = context.now;
  service.lastCompleted = primary;
  delete service.steadyAt;
  addEvent(context, service, eventMessages.completed(primary.id), -1);
}

function reportSteady(context: SchedulerContext, service: ServiceRecord): void {
  const next = service.steadyAt === undefined ? context.now : service.steadyAt + context.timing.steadyRepeat;
  wake(context, next);
  if (context.now < next) return;
  service.steadyAt = context.now;
  addEvent(context, service, eventMessages.steady());
  wake(context, context.now + context.timing.steadyRepeat);
}

/** Removes deployments without tasks, except the primary one. */
function removeEmptyDeployments(context: SchedulerContext, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  const present = new Set(tasks.filter((task) => task.lastStatus !== "STOPPED").map((task) => task.deploymentId));
  const kept = service.deployments.filter((each) => each.status === "PRIMARY" || present.has(each.id));
  if (kept.length === service.deployments.length) return;
  service.deployments = kept;
  context.changed = true;
}

/** Deletes a service: stops all tasks, then sets it INACTIVE. */
function advanceDraining(context: SchedulerContext, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  const primary = service.deployments[0];
  if (primary !== undefined) {
    const record = serviceDeploymentOf(context, primary);
    if (!hasDeploymentEnded(record)) endServiceDeployment(context, record, "STOPPED", statusReason.serviceDeleted);
    stopServiceTasks(context, service, primary, tasks);
  }
  if (tasks.some((task) => task.lastStatus !== "STOPPED")) return;
  service.status = "INACTIVE";
  service.inactiveAt = context.now;
  updateNamedRules(context, service);
  service.deployments = [];
  context.changed = true;
}

function removeInactive(context: SchedulerContext, service: ServiceRecord): void {
  const at = (service.inactiveAt ?? context.now) + context.timing.inactiveServiceKept;
  wake(context, at);
  if (context.now < at) return;
  delete context.state.services[service.arn];
  delete context.state.tags[service.arn];
  context.changed = true;
}
