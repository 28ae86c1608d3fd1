import { eventMessages, stoppedReason } from "../event-messages.js";
import type { Health, ServiceRecord, TaskRecord } from "../model/ecs-state.js";
import { addEvent, type SchedulerContext, wake } from "./scheduler-context.js";

/** Returns DescribeTasks' `healthStatus`, from the essential containers that have a health check. */
export function taskHealth(task: TaskRecord): Health {
  const checked = task.containers.filter((container) => container.checked && container.essential);
  if (checked.some((container) => container.health === "UNHEALTHY")) return "UNHEALTHY";
  return checked.length > 0 && checked.every((container) => container.health === "HEALTHY") ? "HEALTHY" : "UNKNOWN";
}

/** Returns whether a task counts as healthy for its service. Without any check it does after running for `healthyWithoutChecks`. */
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

/** Marks tasks that fail their checks after the grace period, and adds an event for each. */
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
