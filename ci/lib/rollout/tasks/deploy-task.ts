import { createHash } from "node:crypto";
import type { TaskOverride } from "@aws-sdk/client-ecs";
import type { Target } from "../../config/target.js";

/** When a one-off task runs: before the service is updated, or after the verdict is `deployed`. */
export type When = "before" | "after";

/** A task that a target wants to be run once a deploy. */
export interface DeployTask {
  when: When;
  command: readonly string[];
  timeoutSeconds: number;
}

/** A one-off task of one revision. */
export interface DeployTaskRun extends DeployTask {
  /** ARN of the revision that it is a task of. */
  revision: string;
  /** What ECS knows it by: the same attempt and revision have the same at every call. */
  clientToken: string;
  startedBy: string;
}

/** The target's own; undefined where it has none. */
export function deployTaskOf(target: Target, when: When): DeployTask | undefined {
  const wanted = target[when];
  return wanted && { when, ...wanted };
}

/** All that the target has, in the order in which a deploy runs them. */
export function deployTasksOf(target: Target): DeployTask[] {
  return (["before", "after"] as const).flatMap((when) => deployTaskOf(target, when) ?? []);
}

/** @param attempt The attempt's key, as the revision's tag has it. */
export function toTaskRun(oneOff: DeployTask, attempt: string, revision: string): DeployTaskRun {
  // 64 hex digits, which is as long as a client token may be.
  const clientToken = createHash("sha256")
    .update(JSON.stringify([oneOff.when, attempt, revision]))
    .digest("hex");
  return { ...oneOff, revision, clientToken, startedBy: `slipway/${oneOff.when}/${clientToken.slice(0, 32)}` };
}

/** Returns the `overrides` of RunTask for a one-off task. */
export function overridesOf(
  { container }: Pick<Target, "container">,
  { command }: Pick<DeployTask, "command">,
): TaskOverride {
  return { containerOverrides: [{ name: container, command: [...command] }] };
}

/** As in `The task before the deploy`. */
export function taskName({ when }: Pick<DeployTask, "when">): string {
  return `The task ${when} the deploy`;
}
