import type { ContainerView, Subject, TaskView } from "../../ecs/snapshot.js";
import { type ContainerRole, waitedFor } from "./container-roles.js";

/** Facts about a task's containers that the task itself does not have. */
export interface ContainerContext {
  /** From the task definition; empty where it is unknown: then every container may have ended the task. */
  roles: readonly ContainerRole[];
  /** The containers that had ended while others ran. */
  first: readonly string[];
}

/**
 * Returns the container that ended the task, and its state. ECS stops the other containers then, which end by a signal or by
 * themselves: so the app's own failure comes before a sidecar's, and a sidecar's failure before the signal that the app received as a
 * consequence. A container that is not essential ends no task, and one that ended before the others did not end as a consequence. Pure.
 */
export function failedContainerOf(
  subject: Subject,
  task: TaskView,
  { roles, first }: ContainerContext,
): { container: string; words: string } | undefined {
  const app = task.containers.find(({ name }) => name === subject.container);
  const isWaiting = app?.reason?.includes("dependency graph:") ?? false;
  const isEssential = ({ name }: ContainerView) => roles.find((role) => role.name === name)?.essential ?? true;
  const sidecars = task.containers.filter((one) => one.name !== subject.container && (isWaiting || isEssential(one)));
  // A container that ECS stopped with the task has an exit code too, which is no cause.
  const isOwnEnd =
    task.desiredStatus === "STOPPED" &&
    ["EssentialContainerExited", "TaskFailedToStart", undefined].includes(task.stopCode);
  const ended = (one: ContainerView) => isOwnEnd && one.exitCode !== undefined;
  const endedByItself = (one: ContainerView) => ended(one) && ![137, 143].includes(one.exitCode ?? 0);
  const failedByItself = (one: ContainerView) => endedByItself(one) && one.exitCode !== 0;
  const isUnwell = (one: ContainerView) => one.healthStatus === "UNHEALTHY";
  const containers = app ? [app, ...sidecars] : sidecars;
  const ofFirst = containers.filter((one) => ended(one) && first.includes(one.name) && roles.length > 0);

  const blocking = app && isWaiting ? waitedFor(app.name, roles, task.containers) : undefined;
  const unwell = !isOwnEnd || isWaiting ? containers.find(isUnwell) : undefined;
  const culprit =
    blocking ??
    (ofFirst.length === 1 ? ofFirst[0] : undefined) ??
    containers.find((one) => one === app && !isWaiting && (one.reason !== undefined || failedByItself(one))) ??
    sidecars.find(({ reason }) => reason !== undefined) ??
    unwell ??
    sidecars.find(failedByItself) ??
    // A container that depends on another (dependsOn) never starts when that one does not start.
    (isWaiting ? sidecars.find(ended) : undefined) ??
    // ECS stops the remaining containers with SIGTERM: another one ended before.
    (app?.exitCode === 143 ? sidecars.find(endedByItself) : undefined) ??
    containers.find(ended);
  if (!culprit) return undefined;
  const { healthStatus, ...rest } = culprit;
  return {
    container: culprit.name,
    words: lineOf(subject, culprit === unwell || culprit === blocking ? culprit : rest),
  };
}

/** The line begins with `container` for the app's own container and with `sidecar` for any other. */
export function lineOf({ container }: Subject, { name, exitCode, reason, healthStatus }: ContainerView): string {
  const parts = [
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(reason === undefined ? [] : [reason]),
    ...(healthStatus === "UNHEALTHY" ? [healthStatus] : []),
  ];
  return `${name === container ? "container" : "sidecar"} ${name}: ${parts.join(", ")}`.trimEnd();
}
