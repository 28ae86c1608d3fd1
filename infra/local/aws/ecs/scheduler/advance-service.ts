import { rolloutReason, say, statusReason } from "../event-messages.js";
import type { DeploymentRecord, ServiceRecord, TaskRecord } from "../model/ecs-state.js";
import { object } from "../model/task-definition-json.js";
import { finish, hasEnded, stopDeployment } from "./change-deployments.js";
import { resetFailures, tripBreaker } from "./circuit-breaker.js";
import { tripAlarms, watchAlarms } from "./deployment-alarms.js";
import { enterStage, isPaused, passStages, stepHooks } from "./lifecycle-stages.js";
import { isPending, scale, stopAll } from "./scale-service.js";
import { announce, serviceDeploymentOf, type World, wake } from "./scheduler-context.js";
import { isHealthy, judgeHealth } from "./task-health.js";

/** Moves a service on: judges its tasks, ends what failed or was asked to stop, starts and stops tasks, completes what is done. */
export function stepService(world: World, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  if (service.status === "INACTIVE") forget(world, service);
  else if (service.status === "DRAINING") takeDown(world, service, tasks);
  else roll(world, service, tasks);
}

function roll(world: World, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  judgeHealth(world, service, tasks);
  noteHealthy(world, service, tasks);
  open(world, service);
  obeyRequest(world, service);
  for (const end of [tripBreaker, tripAlarms, stepHooks]) {
    const judged = service.deployments[0];
    if (judged !== undefined) end(world, service, judged);
  }
  const primary = service.deployments[0];
  if (primary === undefined) return;
  if (!isPaused(serviceDeploymentOf(world, primary))) scale(world, service, primary, tasks);
  settle(world, service, primary, tasks);
}

/** Remembers the moment at which a task first counted as healthy. */
function noteHealthy(world: World, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  for (const task of tasks) {
    if (task.healthyAt !== undefined || !isHealthy(world, task)) continue;
    task.healthyAt = world.now;
    world.changed = true;
    const deployment = service.deployments.find((each) => each.id === task.deploymentId);
    if (deployment !== undefined) resetFailures(world, service, deployment);
  }
}

/** A service deployment leaves PENDING when its deployment may start tasks. */
function open(world: World, service: ServiceRecord): void {
  const primary = service.deployments[0];
  if (primary === undefined) return;
  wake(world, primary.startAfter);
  const record = serviceDeploymentOf(world, primary);
  if (record.status !== "PENDING" || world.now < primary.startAfter) return;
  record.status = "IN_PROGRESS";
  record.startedAt = world.now;
  record.updatedAt = world.now;
  watchAlarms(world, service, record);
  enterStage(world, service, record, service.deployments.length > 2 ? "RECONCILE_SERVICE" : "PRE_SCALE_UP");
  world.changed = true;
}

function obeyRequest(world: World, service: ServiceRecord): void {
  const primary = service.deployments[0];
  if (primary === undefined) return;
  const record = serviceDeploymentOf(world, primary);
  if (record.status !== "STOP_REQUESTED" && record.status !== "ROLLBACK_REQUESTED") return;
  const at = (record.requestedAt ?? world.now) + world.timing.stopRequest;
  if (world.now >= at) stopDeployment(world, service, primary);
  else wake(world, at);
}

/** The service deployment succeeds when the new tasks are healthy and the old ones on their way out; the classic one completes when they are gone. */
function settle(world: World, service: ServiceRecord, primary: DeploymentRecord, tasks: readonly TaskRecord[]): void {
  dropEmptied(world, service, tasks);
  const live = tasks.filter((task) => task.desiredStatus === "RUNNING");
  const own = live.filter((task) => task.deploymentId === primary.id);
  succeedEarly(world, service, primary, tasks);
  const reached = own.length === service.desiredCount && own.length === live.length;
  if (!reached || !own.every((task) => isHealthy(world, task))) return;
  if (isPending(world, primary)) return;
  const record = serviceDeploymentOf(world, primary);
  if (primary.rolloutState === "IN_PROGRESS" && !hasEnded(record)) {
    if (!primary.rollback && !passStages(world, service, record)) return;
    finish(world, record, primary.rollback ? "ROLLBACK_SUCCESSFUL" : "SUCCESSFUL");
  }
  if (service.deployments.length > 1) return;
  if (primary.rolloutState === "IN_PROGRESS") complete(world, service, primary);
  if (primary.rolloutState === "COMPLETED") reportSteady(world, service);
}

/**
 * Ends the service deployment as successful when enough of its tasks are healthy, if it is set so; the rest of them are started and the old
 * ones taken away behind it. The classic deployment stays IN_PROGRESS until all that is done: what ECS shows there is not recorded.
 */
function succeedEarly(
  world: World,
  service: ServiceRecord,
  primary: DeploymentRecord,
  tasks: readonly TaskRecord[],
): void {
  const { enable, healthyPercent, sourceServiceRevisionCleanup } = object(
    service.deploymentConfiguration.extra.earlySuccessCriteria,
  );
  const record = serviceDeploymentOf(world, primary);
  if (enable !== true || primary.rollback || record.status !== "IN_PROGRESS" || isPaused(record)) return;
  const isOwn = (task: TaskRecord) => task.deploymentId === primary.id;
  const healthy = tasks.filter((task) => isOwn(task) && isHealthy(world, task)).length;
  if (healthy < Math.ceil((service.desiredCount * Number(healthyPercent)) / 100)) return;
  const oldIsThere = tasks.some((task) => !isOwn(task) && task.lastStatus !== "STOPPED");
  if (sourceServiceRevisionCleanup === "BLOCKING" && oldIsThere) return;
  if (passStages(world, service, record)) finish(world, record, "SUCCESSFUL");
}

function complete(world: World, service: ServiceRecord, primary: DeploymentRecord): void {
  primary.rolloutState = "COMPLETED";
  primary.rolloutStateReason = rolloutReason.completed(primary.id);
  primary.updatedAt = world.now;
  service.lastCompleted = primary;
  delete service.steadyAt;
  announce(world, service, say.completed(primary.id), -1);
}

function reportSteady(world: World, service: ServiceRecord): void {
  const next = service.steadyAt === undefined ? world.now : service.steadyAt + world.timing.steadyRepeat;
  wake(world, next);
  if (world.now < next) return;
  service.steadyAt = world.now;
  announce(world, service, say.steady());
  wake(world, world.now + world.timing.steadyRepeat);
}

/** A deployment that is not the primary one leaves the list with its last task. */
function dropEmptied(world: World, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  const there = new Set(tasks.filter((task) => task.lastStatus !== "STOPPED").map((task) => task.deploymentId));
  const kept = service.deployments.filter((each) => each.status === "PRIMARY" || there.has(each.id));
  if (kept.length === service.deployments.length) return;
  service.deployments = kept;
  world.changed = true;
}

/** Deletion: all tasks go, then the service is INACTIVE. */
function takeDown(world: World, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  const primary = service.deployments[0];
  if (primary !== undefined) {
    const record = serviceDeploymentOf(world, primary);
    if (!hasEnded(record)) finish(world, record, "STOPPED", statusReason.serviceDeleted);
    stopAll(world, service, primary, tasks);
  }
  if (tasks.some((task) => task.lastStatus !== "STOPPED")) return;
  service.status = "INACTIVE";
  service.inactiveAt = world.now;
  service.deployments = [];
  world.changed = true;
}

function forget(world: World, service: ServiceRecord): void {
  const at = (service.inactiveAt ?? world.now) + world.timing.inactiveServiceKept;
  wake(world, at);
  if (world.now < at) return;
  delete world.state.services[service.arn];
  delete world.state.tags[service.arn];
  world.changed = true;
}
