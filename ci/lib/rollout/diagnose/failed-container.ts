import type { ContainerView, Subject, TaskView } from "../../ecs/snapshot.js";
import { type ContainerRole, waitedFor } from "./container-roles.js";

/** What is known of a task's containers beside how they ended. */
export interface ContainerContext {
  /** By the task definition; empty where that is not at hand: then every container may have ended the task. */
  roles: readonly ContainerRole[];
  /** The containers that were seen ended while others ran. */
  first: readonly string[];
}

/**
 * The container that brought the task down, and what is known of it. ECS stops the others then, and they end by a signal or as they
 * like: so the app's own failure comes before a sidecar's, and a sidecar's before the signal that the app got in consequence. A
 * container that is not essential ends no task, and one that was seen to end before the others has not ended in consequence. Pure.
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
  // What ended because ECS stopped the task has an exit code too, and it is no cause.
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
    // A container that waits for another (dependsOn) never starts when that one does not come up.
    (isWaiting ? sidecars.find(ended) : undefined) ??
    // SIGTERM is what ECS stops the rest with: another has ended before.
    (app?.exitCode === 143 ? sidecars.find(endedByItself) : undefined) ??
    containers.find(ended);
  if (!culprit) return undefined;
  const { healthStatus, ...rest } = culprit;
  return {
    container: culprit.name,
    words: lineOf(subject, culprit === unwell || culprit === blocking ? culprit : rest),
  };
}

/** `container` for the app's own, `sidecar` for any other. */
export function lineOf({ container }: Subject, { name, exitCode, reason, healthStatus }: ContainerView): string {
  const parts = [
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(reason === undefined ? [] : [reason]),
    ...(healthStatus === "UNHEALTHY" ? [healthStatus] : []),
  ];
  return `${name === container ? "container" : "sidecar"} ${name}: ${parts.join(", ")}`.trimEnd();
}
