import { primaryOf, type ServiceView, type Snapshot, type Subject } from "../../ecs/snapshot.js";

/** Ours is the service's primary deployment, and not as many of its tasks run as the service wants. */
export function isStarting({ taskDefinition }: Subject, service: ServiceView): boolean {
  const primary = primaryOf(service);
  return (
    primary?.taskDefinition === taskDefinition &&
    primary.rolloutState !== "COMPLETED" &&
    primary.runningCount < service.desiredCount
  );
}

/** Old tasks have not been asked to leave: that comes next, and an event tells it. */
export function areOldTasksRunning({ taskDefinition }: Subject, { tasks }: Pick<Snapshot, "tasks">): boolean {
  return tasks.some((task) => task.taskDefinition !== taskDefinition && task.desiredStatus === "RUNNING");
}

/** All old tasks are gone: what is still to come, such as a hook that waits or a bake time, our service deployment alone tells. */
export function areOldTasksStopped({ taskDefinition }: Subject, { tasks }: Pick<Snapshot, "tasks">): boolean {
  return tasks.every((task) => task.taskDefinition === taskDefinition || task.lastStatus === "STOPPED");
}

/** States in which the end is near and the service itself need not show it. */
export function isEnding(status = ""): boolean {
  return !["PENDING", "IN_PROGRESS", ""].includes(status);
}
