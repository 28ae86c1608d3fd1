import { eventMessages } from "../../event-messages.js";
import type { DeploymentRecord, ServiceRecord, TaskRecord } from "../../model/ecs-state.js";
import { launchTasks } from "../launch-tasks.js";
import { stopServiceTasks, surplus } from "../scale-service.js";
import { addEvent, type SchedulerContext, wake } from "../scheduler-context.js";
import { isHealthy } from "../task-health.js";

/** Returns a deployment's tasks that are to run. */
const tasksOf = (deployment: DeploymentRecord, tasks: readonly TaskRecord[]) =>
  tasks.filter((task) => task.deploymentId === deployment.id && task.desiredStatus === "RUNNING");

/** Keeps a deployment at the service's desired count, all at once: strategies with traffic shifts have no percents. Replaces unhealthy tasks. */
export function keepCount(
  context: SchedulerContext,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  tasks: readonly TaskRecord[],
): void {
  const own = tasksOf(deployment, tasks);
  stopServiceTasks(context, service, deployment, [
    ...surplus(context, own, service.desiredCount),
    ...own.filter((task) => task.unhealthy),
  ]);
  const missing = service.desiredCount - own.filter((task) => !task.unhealthy).length;
  if (missing <= 0) return;
  if (deployment.startAfter > context.now) {
    wake(context, deployment.startAfter);
    return;
  }
  const ids = launchTasks(context, service, deployment, missing);
  if (ids.length > 0) addEvent(context, service, eventMessages.started(ids));
}

/** Returns whether a deployment has the desired count of tasks, all healthy. */
export function isAtCount(
  context: SchedulerContext,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  tasks: readonly TaskRecord[],
): boolean {
  const own = tasksOf(deployment, tasks);
  return own.length === service.desiredCount && own.every((task) => isHealthy(context, task));
}
