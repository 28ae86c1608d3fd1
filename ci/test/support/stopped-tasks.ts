import type { ContainerView, TaskView } from "../../lib/ecs/snapshot.js";
import { task } from "./snapshots.js";

/** A task of ours that has ended; its id tells it from others. */
export const stopped = (
  stopCode: string,
  stoppedReason: string,
  container: Partial<ContainerView> = {},
  id = "aaaaaaaa",
): TaskView =>
  task({
    arn: `arn:task/c/${id}`,
    lastStatus: "STOPPED",
    desiredStatus: "STOPPED",
    stopCode,
    stoppedReason,
    containers: [{ name: "app", ...container }],
  });

export const failedToStart = (stoppedReason: string, id?: string): TaskView =>
  stopped("TaskFailedToStart", stoppedReason, {}, id);

export const exited = (container: Partial<ContainerView>, id?: string): TaskView =>
  stopped("EssentialContainerExited", "Essential container in task exited", container, id);

/** Told of a digest in the repository, whose digits must not be taken for a status code. */
export const imageMissing = `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref r@sha256:${"403".repeat(21)}4: r: not found`;
