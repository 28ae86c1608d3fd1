import type { When } from "./deploy-task.js";

/** Record of a deploy task in a tag of its revision, so that the task runs once even when the process is killed. */
export type DeployTaskRecord =
  /** Written before the start: from then on the task may have run. */
  | { state: "started"; at: number }
  /** ECS refused to start the task: nothing ran. */
  | { state: "refused"; at: number }
  | DeployTaskEnd
  /** The tag is not in our format: a user has changed it. */
  | { state: "unreadable"; text: string };

/** Outcome of a deploy task that ended. */
export type DeployTaskEnd =
  | { state: "done"; at: number; task: string }
  | { state: "failed"; at: number; task: string; how: TaskFailure };

/** `exit-N` has the container's exit code; otherwise we or others stopped the task, or its container did not start. */
export type TaskFailure = `exit-${number}` | "time-limit" | "stopped" | "not-started";

export const recordTag: Record<When, string> = { before: "slipway:before", after: "slipway:after" };

/** Formats a record with characters that a tag's value accepts, such as `failed 2026-01-01T00:00:00.000Z 0123abcd exit-1`. */
export function formatRecord(record: Exclude<DeployTaskRecord, { state: "unreadable" }>): string {
  const parts = [record.state, new Date(record.at).toISOString()];
  if ("task" in record) parts.push(record.task);
  if (record.state === "failed") parts.push(record.how);
  return parts.join(" ");
}

export function parseRecord(text: string): DeployTaskRecord {
  const [state = "", time = "", task = "", how = "", ...more] = text.split(" ");
  const at = Date.parse(time);
  const length = [state, time, task, how, ...more].filter(Boolean).length;
  if (Number.isNaN(at)) return { state: "unreadable", text };
  if ((state === "started" || state === "refused") && length === 2) return { state, at };
  if (state === "done" && length === 3) return { state, at, task };
  if (state === "failed" && length === 4 && isFailure(how)) return { state, at, task, how };
  return { state: "unreadable", text };
}

function isFailure(text: string): text is TaskFailure {
  return /^(exit--?\d+|time-limit|stopped|not-started)$/.test(text);
}
