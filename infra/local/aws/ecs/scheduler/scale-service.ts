import { eventMessages, stoppedReason } from "../event-messages.js";
import type { DeploymentRecord, ServiceRecord, TaskRecord } from "../model/ecs-state.js";
import { limitsOf } from "./deployment-limits.js";
import { launchTasks } from "./launch-tasks.js";
import { addEvent, type SchedulerContext, wake } from "./scheduler-context.js";
import { productionShare } from "./strategies/traffic.js";
import { isHealthy } from "./task-health.js";
import { stopTask } from "./task-transitions.js";

/** Starts and stops tasks towards the desired count of the primary deployment, within the service's percents. */
export function scaleService(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  tasks: readonly TaskRecord[],
): void {
  const live = tasks.filter((task) => task.desiredStatus === "RUNNING");
  const own = live.filter((task) => task.deploymentId === primary.id);
  const old = live.filter((task) => task.deploymentId !== primary.id);
  if (primary.rolloutState === "FAILED") {
    scaleInFailed(context, service, primary, own, old);
    return;
  }
  if (isPending(context, primary) && !primary.rollback) return;

  reportProtected(context, service, own);
  stopServiceTasks(context, service, primary, surplus(context, own, service.desiredCount));
  const unprotected = old.filter((task) => !isProtected(context, task));
  const retired = retirable(context, service, live, servingLast(context, service, unprotected));
  stopServiceTasks(context, service, primary, retired);
  replaceUnhealthy(context, service, primary, live, own);
  const started = startMissing(context, service, primary, live, own);
  if (started === 0 && retired.length === 0) reportBlocked(context, service, primary, live, own, old);
}

/** Returns whether ECS has not started the deployment yet; false for one that waits after failures. */
export const isPending = (context: SchedulerContext, deployment: DeploymentRecord) =>
  deployment.startAfter > context.now && deployment.neverRan === 0;

/** Leaves a failed deployment as it is; only a lower desired count stops tasks. */
function scaleInFailed(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  own: TaskRecord[],
  old: TaskRecord[],
): void {
  stopServiceTasks(context, service, primary, [
    ...surplus(context, own, service.desiredCount),
    ...surplus(context, old, service.desiredCount),
  ]);
}

/** Returns whether neither scaling in nor a deployment may stop a task; an unhealthy task is replaced in any case. */
export function isProtected(context: SchedulerContext, task: TaskRecord): boolean {
  if (task.protectedUntil === undefined || task.unhealthy !== undefined) return false;
  wake(context, task.protectedUntil);
  return context.now < task.protectedUntil;
}

/** Adds one event when protected tasks keep the service above its desired count. */
function reportProtected(context: SchedulerContext, service: ServiceRecord, own: readonly TaskRecord[]): void {
  const held = own.filter((task) => isProtected(context, task)).length > service.desiredCount;
  if (held && !service.heldByProtection) addEvent(context, service, eventMessages.cannotScaleIn());
  service.heldByProtection = held;
}

/** Returns the tasks above `count`: unhealthy ones first, then the newest. */
export function surplus(context: SchedulerContext, own: readonly TaskRecord[], count: number): TaskRecord[] {
  const excess = own.filter((task) => task.desiredStatus === "RUNNING" && !task.unhealthy).length - count;
  if (excess <= 0) return [];
  const rank = (task: TaskRecord) => (isHealthy(context, task) ? 1 : 0);
  return own
    .filter((task) => !task.unhealthy && !isProtected(context, task))
    .sort((a, b) => rank(a) - rank(b) || b.createdAt - a.createdAt)
    .slice(0, excess);
}

/** Returns the old tasks with those last that production traffic reaches, where a deployment has replaced a traffic shift. */
function servingLast(context: SchedulerContext, service: ServiceRecord, old: readonly TaskRecord[]) {
  if (new Set(old.map(({ deploymentId }) => deploymentId)).size < 2) return old;
  const shares = new Map(service.deployments.map((each) => [each.id, productionShare(context, each)]));
  const shareOf = ({ deploymentId = "" }: TaskRecord) => shares.get(deploymentId) ?? 0;
  return old.toSorted((a, b) => shareOf(a) - shareOf(b));
}

/** Returns the old tasks that may stop: those that don't serve at once, others as far as the lower limit of healthy tasks allows. */
function retirable(
  context: SchedulerContext,
  service: ServiceRecord,
  live: readonly TaskRecord[],
  old: readonly TaskRecord[],
): TaskRecord[] {
  const { lower } = limitsOf(service.desiredCount, service.deploymentConfiguration);
  const healthy = live.filter((task) => task.desiredStatus === "RUNNING" && isHealthy(context, task));
  let spare = healthy.length - lower;
  return old.filter((task) => {
    if (task.lastStatus !== "RUNNING" || task.unhealthy) return true;
    if (!healthy.includes(task)) return spare >= 0;
    return spare-- > 0;
  });
}

/** Stops unhealthy tasks: at once during a deployment, where they count as failed; in a steady service after their replacement, within the upper limit. */
function replaceUnhealthy(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  live: readonly TaskRecord[],
  own: readonly TaskRecord[],
): void {
  const { upper } = limitsOf(service.desiredCount, service.deploymentConfiguration);
  const replaced = live.filter((task) => isHealthy(context, task)).length >= service.desiredCount;
  const atOnce = primary.rolloutState === "IN_PROGRESS" || upper <= service.desiredCount || replaced;
  if (!atOnce) return;
  stopServiceTasks(
    context,
    service,
    primary,
    own.filter((task) => task.unhealthy && task.desiredStatus === "RUNNING"),
  );
}

function startMissing(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  live: readonly TaskRecord[],
  own: readonly TaskRecord[],
): number {
  const { upper } = limitsOf(service.desiredCount, service.deploymentConfiguration);
  const going = (task: TaskRecord) => task.desiredStatus === "RUNNING";
  const useful = own.filter((task) => going(task) && !task.unhealthy).length;
  const missing = Math.min(service.desiredCount - useful, upper - live.filter(going).length);
  if (missing <= 0) return 0;
  if (primary.startAfter > context.now) {
    wake(context, primary.startAfter);
    return 0;
  }
  const ids = launchTasks(context, service, primary, missing);
  if (ids.length === 0) return 0;
  const replacing = primary.rolloutState === "COMPLETED" && own.some((task) => task.unhealthy);
  addEvent(context, service, replacing ? eventMessages.replaced(ids) : eventMessages.started(ids));
  delete service.steadyAt;
  return ids.length;
}

/** Stops tasks of a service and adds its events. */
export function stopServiceTasks(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  tasks: readonly TaskRecord[],
): void {
  const stopping = tasks.filter((task) => task.desiredStatus === "RUNNING");
  if (stopping.length === 0) return;
  const started = stopping.filter((task) => task.lastStatus === "RUNNING" || task.lastStatus === "ACTIVATING");
  const targets = started.flatMap((task) => task.targets.filter((target) => target.state !== "unregistered"));
  for (const task of stopping) {
    const reason = task.unhealthy?.reason ?? stoppedReason.scaling(primary.id);
    stopTask(context, task, { code: "ServiceSchedulerInitiated", reason, failed: task.unhealthy !== undefined });
  }
  for (const group of new Set(targets.map((target) => target.targetGroupArn))) {
    const count = targets.filter((target) => target.targetGroupArn === group).length;
    addEvent(context, service, eventMessages.deregistered(count, group));
    addEvent(context, service, eventMessages.draining(count));
  }
  if (started.length > 0) addEvent(context, service, eventMessages.stopped(started.map((task) => task.id)));
  if (started.length < stopping.length)
    addEvent(context, service, eventMessages.stoppedPending(stopping.length - started.length));
  delete service.steadyAt;
}

/** Adds one event when the percents block the deployment: no task may start or stop, and none is starting or stopping. */
function reportBlocked(
  context: SchedulerContext,
  service: ServiceRecord,
  primary: DeploymentRecord,
  live: readonly TaskRecord[],
  own: readonly TaskRecord[],
  old: readonly TaskRecord[],
): void {
  const { upper } = limitsOf(service.desiredCount, service.deploymentConfiguration);
  const waiting =
    own.length >= service.desiredCount || live.length < upper || !live.every((task) => isHealthy(context, task));
  if (waiting || old.length === 0 || primary.blocked) return;
  primary.blocked = true;
  addEvent(context, service, eventMessages.blocked());
}
