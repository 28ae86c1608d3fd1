import { createHash } from "node:crypto";
import type { TaskOverride } from "@aws-sdk/client-ecs";
import type { Target } from "../../config/target.js";

/** When a one-off task runs: before the service is updated, or after the verdict is `deployed`. */
export type When = "before" | "after";

/** A task that a target wants to be run once a deploy. */
export interface OneOff {
  when: When;
  command: readonly string[];
  timeoutSeconds: number;
}

/** A one-off task of one revision. */
export interface OneOffRun extends OneOff {
  /** ARN of the revision that it is a task of. */
  revision: string;
  /** What ECS knows it by: the same attempt and revision have the same at every call. */
  clientToken: string;
  startedBy: string;
}

/** The target's own; undefined where it has none. */
export function oneOffOf(target: Target, when: When): OneOff | undefined {
  const wanted = target[when];
  return wanted && { when, ...wanted };
}

/** All that the target has, in the order in which a deploy runs them. */
export function oneOffsOf(target: Target): OneOff[] {
  return (["before", "after"] as const).flatMap((when) => oneOffOf(target, when) ?? []);
}

/** @param attempt The attempt's key, as the revision's tag has it. */
export function runOf(oneOff: OneOff, attempt: string, revision: string): OneOffRun {
  // 64 hex digits, which is as long as a client token may be.
  const clientToken = createHash("sha256")
    .update(JSON.stringify([oneOff.when, attempt, revision]))
    .digest("hex");
  return { ...oneOff, revision, clientToken, startedBy: `slipway/${oneOff.when}/${clientToken.slice(0, 32)}` };
}

/** Returns the `overrides` of RunTask for a one-off task. */
export function overridesOf(
  { container }: Pick<Target, "container">,
  { command }: Pick<OneOff, "command">,
): TaskOverride {
  return { containerOverrides: [{ name: container, command: [...command] }] };
}

/** As in `The task before the deploy`. */
export function nameOf({ when }: Pick<OneOff, "when">): string {
  return `The task ${when} the deploy`;
}
