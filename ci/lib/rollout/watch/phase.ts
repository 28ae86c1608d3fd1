import { primaryOf, type ServiceView, type Snapshot, type Subject } from "../../ecs/snapshot.js";

/** Ours is the service's primary deployment, and fewer of its tasks run than the desired count. */
export function isStarting({ taskDefinition }: Subject, service: ServiceView): boolean {
  const primary = primaryOf(service);
  return (
    primary?.taskDefinition === taskDefinition &&
    primary.rolloutState !== "COMPLETED" &&
    primary.runningCount < service.desiredCount
  );
}

/** ECS has not begun to stop the old tasks: that is the next step, and an event announces it. */
export function areOldTasksRunning({ taskDefinition }: Subject, { tasks }: Pick<Snapshot, "tasks">): boolean {
  return tasks.some((task) => task.taskDefinition !== taskDefinition && task.desiredStatus === "RUNNING");
}

/** All old tasks have stopped: only our service deployment shows the remaining steps, such as a hook or the bake time. */
export function areOldTasksStopped({ taskDefinition }: Subject, { tasks }: Pick<Snapshot, "tasks">): boolean {
  return tasks.every((task) => task.taskDefinition === taskDefinition || task.lastStatus === "STOPPED");
}

/** Returns true for states near the end, which the service itself may not show. */
export function isEnding(status = ""): boolean {
  return !["PENDING", "IN_PROGRESS", ""].includes(status);
}
