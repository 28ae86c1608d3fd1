import { say, stoppedReason } from "../event-messages.js";
import type { DeploymentRecord, ServiceRecord, TaskRecord } from "../model/ecs-state.js";
import { limitsOf } from "./deployment-limits.js";
import { launch } from "./launch-tasks.js";
import { announce, type World, wake } from "./scheduler-context.js";
import { isHealthy } from "./task-health.js";
import { stopTask } from "./task-transitions.js";

/** Starts and stops tasks towards the desired count of the primary deployment, within the service's percents. */
export function scale(
  world: World,
  service: ServiceRecord,
  primary: DeploymentRecord,
  tasks: readonly TaskRecord[],
): void {
  const live = tasks.filter((task) => task.desiredStatus === "RUNNING");
  const own = live.filter((task) => task.deploymentId === primary.id);
  const old = live.filter((task) => task.deploymentId !== primary.id);
  if (primary.rolloutState === "FAILED") {
    holdBack(world, service, primary, own, old);
    return;
  }
  if (isPending(world, primary) && !primary.rollback) return;

  reportProtected(world, service, own);
  stopAll(world, service, primary, surplus(world, own, service.desiredCount));
  const unprotected = old.filter((task) => !isProtected(world, task));
  const retired = retirable(world, service, live, unprotected);
  stopAll(world, service, primary, retired);
  replaceUnhealthy(world, service, primary, live, own);
  const started = startMissing(world, service, primary, live, own);
  if (started === 0 && retired.length === 0) reportBlocked(world, service, primary, live, own, old);
}

/** Whether ECS has not begun with it: not to be taken for one that waits after failures. */
export const isPending = (world: World, deployment: DeploymentRecord) =>
  deployment.startAfter > world.now && deployment.neverRan === 0;

/** A failed deployment is left as it is; only a lower desired count still takes tasks away. */
function holdBack(
  world: World,
  service: ServiceRecord,
  primary: DeploymentRecord,
  own: TaskRecord[],
  old: TaskRecord[],
): void {
  stopAll(world, service, primary, [
    ...surplus(world, own, service.desiredCount),
    ...surplus(world, old, service.desiredCount),
  ]);
}

/** Whether neither scaling in nor a deployment may stop it; a task that is unhealthy is replaced all the same. */
function isProtected(world: World, task: TaskRecord): boolean {
  if (task.protectedUntil === undefined || task.unhealthy !== undefined) return false;
  wake(world, task.protectedUntil);
  return world.now < task.protectedUntil;
}

/** Says once that protected tasks keep the service above its desired count. */
function reportProtected(world: World, service: ServiceRecord, own: readonly TaskRecord[]): void {
  const held = own.filter((task) => isProtected(world, task)).length > service.desiredCount;
  if (held && !service.heldByProtection) announce(world, service, say.cannotScaleIn());
  service.heldByProtection = held;
}

/** Those above `count`, the least useful first, then the newest. */
function surplus(world: World, own: readonly TaskRecord[], count: number): TaskRecord[] {
  const excess = own.filter((task) => task.desiredStatus === "RUNNING" && !task.unhealthy).length - count;
  if (excess <= 0) return [];
  const rank = (task: TaskRecord) => (isHealthy(world, task) ? 1 : 0);
  return own
    .filter((task) => !task.unhealthy && !isProtected(world, task))
    .sort((a, b) => rank(a) - rank(b) || b.createdAt - a.createdAt)
    .slice(0, excess);
}

/** Old tasks that may go: at once if they are of no use, else as far as the lower limit of healthy tasks allows. */
function retirable(
  world: World,
  service: ServiceRecord,
  live: readonly TaskRecord[],
  old: readonly TaskRecord[],
): TaskRecord[] {
  const { lower } = limitsOf(service.desiredCount, service.deploymentConfiguration);
  const healthy = live.filter((task) => task.desiredStatus === "RUNNING" && isHealthy(world, task));
  let spare = healthy.length - lower;
  return old.filter((task) => {
    if (task.lastStatus !== "RUNNING" || task.unhealthy) return true;
    if (!healthy.includes(task)) return spare >= 0;
    return spare-- > 0;
  });
}

/** While a deployment is under way a failing task goes at once and counts; in a steady service its replacement comes first where there is room. */
function replaceUnhealthy(
  world: World,
  service: ServiceRecord,
  primary: DeploymentRecord,
  live: readonly TaskRecord[],
  own: readonly TaskRecord[],
): void {
  const { upper } = limitsOf(service.desiredCount, service.deploymentConfiguration);
  const replaced = live.filter((task) => isHealthy(world, task)).length >= service.desiredCount;
  const atOnce = primary.rolloutState === "IN_PROGRESS" || upper <= service.desiredCount || replaced;
  if (!atOnce) return;
  stopAll(
    world,
    service,
    primary,
    own.filter((task) => task.unhealthy && task.desiredStatus === "RUNNING"),
  );
}

function startMissing(
  world: World,
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
  if (primary.startAfter > world.now) {
    wake(world, primary.startAfter);
    return 0;
  }
  const ids = launch(world, service, primary, missing);
  if (ids.length === 0) return 0;
  const replacing = primary.rolloutState === "COMPLETED" && own.some((task) => task.unhealthy);
  announce(world, service, replacing ? say.replaced(ids) : say.started(ids));
  delete service.steadyAt;
  return ids.length;
}

/** Stops tasks for the service's own reasons and says so. */
export function stopAll(
  world: World,
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
    stopTask(world, task, { code: "ServiceSchedulerInitiated", reason, failed: task.unhealthy !== undefined });
  }
  for (const group of new Set(targets.map((target) => target.targetGroupArn))) {
    const count = targets.filter((target) => target.targetGroupArn === group).length;
    announce(world, service, say.deregistered(count, group));
    announce(world, service, say.draining(count));
  }
  if (started.length > 0) announce(world, service, say.stopped(started.map((task) => task.id)));
  if (started.length < stopping.length) announce(world, service, say.stoppedPending(stopping.length - started.length));
  delete service.steadyAt;
}

/** Says once that the percents leave no way on: nothing may start, nothing may stop, and nothing is under way. */
function reportBlocked(
  world: World,
  service: ServiceRecord,
  primary: DeploymentRecord,
  live: readonly TaskRecord[],
  own: readonly TaskRecord[],
  old: readonly TaskRecord[],
): void {
  const { upper } = limitsOf(service.desiredCount, service.deploymentConfiguration);
  const waiting =
    own.length >= service.desiredCount || live.length < upper || !live.every((task) => isHealthy(world, task));
  if (waiting || old.length === 0 || primary.blocked) return;
  primary.blocked = true;
  announce(world, service, say.blocked());
}
