import type { TaskView } from "../../ecs/snapshot.js";
import type { TaskFailure } from "./task-record.js";

/** Reasons with which we stop a task; ECS returns them in its stopped reason. */
export const ourReasons = {
  timeLimit: "Slipway: the time limit of the task is over",
  ended: "Slipway: the container that the task is run for has ended",
} as const;

export type Decision = { state: "done" } | { state: "failed"; how: TaskFailure };

/**
 * Decides the outcome of a deploy task by the exit code of the named container. An exit code of 0 of a task that was stopped from outside
 * does not prove that the command did all its work. Pure.
 * @returns undefined while it is not known.
 */
export function decide(task: TaskView, container: string): Decision | undefined {
  const { exitCode } = task.containers.find(({ name }) => name === container) ?? {};
  const isOver = task.lastStatus === "STOPPED";
  if (task.stoppedReason === ourReasons.timeLimit) return isOver ? failed("time-limit") : undefined;
  if (exitCode === undefined) return isOver ? failed(wasStopped(task) ? "stopped" : "not-started") : undefined;
  if (exitCode !== 0) return failed(`exit-${exitCode}`);
  return wasStopped(task) ? failed("stopped") : { state: "done" };
}

function failed(how: TaskFailure): Decision {
  return { state: "failed", how };
}

/** Returns true when a user or AWS stopped the task, and not the end of its container. */
function wasStopped({ stopCode = "", stoppedReason }: TaskView): boolean {
  const isFromOutside = ["UserInitiated", "SpotInterruption", "TerminationNotice"].includes(stopCode);
  return isFromOutside && stoppedReason !== ourReasons.ended;
}
