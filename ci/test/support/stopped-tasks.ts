import type { ContainerView, TaskView } from "../../lib/ecs/snapshot.js";
import { task } from "./snapshots.js";

/** Returns a stopped task of ours with a unique id. */
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

/** Stop reason with a digest, whose digits must not be read as a status code. */
export const imageMissing = `CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref r@sha256:${"403".repeat(21)}4: r: not found`;
