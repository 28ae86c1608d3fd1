import {
  type DeploymentView,
  primaryOf,
  type ServiceView,
  type Snapshot,
  type Subject,
  type TaskView,
} from "../../ecs/snapshot.js";

/** Ours is the service's primary deployment, and fewer of its tasks run than the desired count. */
export function isStarting(subject: Subject, service: ServiceView): boolean {
  const primary = primaryOf(service);
  return isOngoing(subject, primary) && primary.runningCount < service.desiredCount;
}

/** ECS has not begun to stop the old tasks: that is the next step, and an event announces it. */
export function areOldTasksRunning(subject: Subject, { tasks }: Pick<Snapshot, "tasks">): boolean {
  return oldTasks(subject, tasks).some((task) => task.desiredStatus === "RUNNING");
}

/** All old tasks have stopped: only our service deployment shows the remaining steps, such as a hook or the bake time. */
export function areOldTasksStopped(subject: Subject, { tasks }: Pick<Snapshot, "tasks">): boolean {
  return oldTasks(subject, tasks).every((task) => task.lastStatus === "STOPPED");
}

export function ownTasks({ taskDefinition }: Subject, tasks: readonly TaskView[]): TaskView[] {
  return tasks.filter((task) => task.taskDefinition === taskDefinition);
}

export function oldTasks({ taskDefinition }: Subject, tasks: readonly TaskView[]): TaskView[] {
  return tasks.filter((task) => task.taskDefinition !== taskDefinition);
}

/** Returns true for states near the end, which the service itself may not show. */
export function isEnding(status = ""): boolean {
  return !["PENDING", "IN_PROGRESS", ""].includes(status);
}

/** The next change shows on our service deployment: the end of a rollback, early success, the end of a hook or of the bake time. */
export function isShownByOwnDeployment(subject: Subject, { service, ours, tasks }: Snapshot): boolean {
  if (ours === undefined) return false;
  if (["STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"].includes(ours.status)) return true;
  const primary = primaryOf(service);
  if (isEnding(ours.status) || !isOngoing(subject, primary)) return false;
  if (service.earlySuccess) return primary.runningCount > 0;
  return primary.runningCount >= service.desiredCount && areOldTasksStopped(subject, { tasks });
}

function isOngoing({ taskDefinition }: Subject, primary: DeploymentView | undefined): primary is DeploymentView {
  return primary?.taskDefinition === taskDefinition && primary.rolloutState !== "COMPLETED";
}
