import { createHash } from "node:crypto";
import type { TaskOverride } from "@aws-sdk/client-ecs";
import type { Target } from "../../config/target.js";

/** Position of a deploy task: before the service is updated, or after the verdict is `deployed`. */
export type When = "before" | "after";

/** A task that a target runs once per deploy. */
export interface DeployTask {
  when: When;
  command: readonly string[];
  timeoutSeconds: number;
}

/** A task that is run outside of the service: a deploy task, or the one of `run`. */
export interface TaskRun {
  when: When | "run";
  command: readonly string[];
  timeoutSeconds: number;
  /** ARN of the task's revision. */
  revision: string;
  /** Idempotency token of RunTask: every call with the same deploy and revision, or the same run id, has the same token. */
  clientToken: string;
  startedBy: string;
}

/** A deploy task of one revision. */
export interface DeployTaskRun extends TaskRun {
  when: When;
}

/** Returns the target's task; undefined where it has none. */
export function deployTaskOf(target: Target, when: When): DeployTask | undefined {
  const wanted = target[when];
  return wanted && { when, ...wanted };
}

/** Returns all tasks of the target, in the order in which a deploy runs them. */
export function deployTasksOf(target: Target): DeployTask[] {
  return (["before", "after"] as const).flatMap((when) => deployTaskOf(target, when) ?? []);
}

/** @param key The idempotency key in the revision's tag. */
export function toTaskRun(oneOff: DeployTask, key: string, revision: string): DeployTaskRun {
  // 64 hex digits: the maximum length of a client token.
  const clientToken = createHash("sha256")
    .update(JSON.stringify([oneOff.when, key, revision]))
    .digest("hex");
  return { ...oneOff, revision, clientToken, startedBy: `slipway/${oneOff.when}/${clientToken.slice(0, 32)}` };
}

/** Returns the `overrides` of RunTask for a deploy task. */
export function overridesOf(
  { container }: Pick<Target, "container">,
  { command }: Pick<DeployTask, "command">,
): TaskOverride {
  return { containerOverrides: [{ name: container, command: [...command] }] };
}

/** Returns a name such as `The pre-deploy task`. */
export function taskName({ when }: Pick<TaskRun, "when">): string {
  if (when === "run") return "The task";
  return when === "before" ? "The pre-deploy task" : "The post-deploy task";
}
