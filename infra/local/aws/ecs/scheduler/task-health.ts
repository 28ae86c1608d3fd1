import { eventMessages, stoppedReason } from "../event-messages.js";
import type { Health, ServiceRecord, TaskRecord } from "../model/ecs-state.js";
import { addEvent, type SchedulerContext, wake } from "./scheduler-context.js";

/** What DescribeTasks calls `healthStatus`: of the essential containers that have a health check. */
export function taskHealth(task: TaskRecord): Health {
  const checked = task.containers.filter((container) => container.checked && container.essential);
  if (checked.some((container) => container.health === "UNHEALTHY")) return "UNHEALTHY";
  return checked.length > 0 && checked.every((container) => container.health === "HEALTHY") ? "HEALTHY" : "UNKNOWN";
}

/** Whether a task counts towards the healthy ones of its service. Without any check it does after a while of running. */
export function isHealthy(context: SchedulerContext, task: TaskRecord): boolean {
  if (task.lastStatus !== "RUNNING" || task.desiredStatus !== "RUNNING" || task.unhealthy) return false;
  const checked = task.containers.some((container) => container.checked && container.essential);
  if (!checked && task.targets.length === 0) {
    const proven = (task.startedAt ?? context.now) + context.timing.healthyWithoutChecks;
    wake(context, proven);
    return context.now >= proven;
  }
  return (!checked || taskHealth(task) === "HEALTHY") && task.targets.every((target) => target.state === "healthy");
}

/** Marks what fails its checks, once its grace period is over, and says so in the service's events. */
export function markUnhealthy(context: SchedulerContext, service: ServiceRecord, tasks: readonly TaskRecord[]): void {
  for (const task of tasks) {
    if (task.lastStatus !== "RUNNING" || task.desiredStatus !== "RUNNING" || task.unhealthy) continue;
    const failure = failedCheck(context, task);
    if (failure === undefined) continue;
    const graceEnds = (task.startedAt ?? context.now) + service.healthCheckGracePeriodSeconds * 1_000;
    wake(context, graceEnds);
    if (context.now < graceEnds) continue;
    task.unhealthy = { reason: failure.reason };
    addEvent(context, service, failure.event);
  }
}

function failedCheck({ state }: SchedulerContext, task: TaskRecord): { reason: string; event: string } | undefined {
  const target = task.targets.find((each) => each.state === "unhealthy");
  if (target !== undefined) {
    const instance = state.containerInstances[task.containerInstanceArn ?? ""];
    return {
      reason: stoppedReason.targetUnhealthy(target.targetGroupArn),
      event: eventMessages.unhealthyTarget(
        instance === undefined || target.hostPort === undefined
          ? `task ${task.id}`
          : `instance ${instance.ec2InstanceId}`,
        target.hostPort ?? target.port,
        target.targetGroupArn,
        target.reason ?? "Health checks failed",
      ),
    };
  }
  if (taskHealth(task) !== "UNHEALTHY") return undefined;
  return { reason: stoppedReason.containerUnhealthy(), event: eventMessages.failedContainerHealth(task.id) };
}
