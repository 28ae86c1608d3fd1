import { movedKeys } from "../../../config/target-schema.js";
import { type Finding as TopicFinding, warning } from "../finding.js";
import type { BaseFacts } from "../shared-reads.js";

const ids = ["verify-tasks", "unused-target-keys"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** Checks that tasks have the addresses that `verifyTasks` sends requests to: only the network mode awsvpc assigns them. */
export function taskAddress({ target, next }: BaseFacts): Finding[] {
  if (!target.verifyTasks || next.networkMode === "awsvpc") return [];
  return warning(
    "verify-tasks",
    `"verifyTasks" in the target has no effect: with the network mode ${String(next.networkMode ?? "bridge")} tasks have no addresses of their own.`,
    'Remove "verifyTasks" from the target, or use the network mode awsvpc.',
  );
}

/** Warns about keys of the target that a deploy does not use: older targets could contain the service's size, and are still accepted. */
export function unusedKeys({ target }: BaseFacts): Finding[] {
  const names = movedKeys.filter((key) => target[key] !== undefined).map((key) => `"${key}"`);
  if (names.length === 0) return [];
  return warning(
    "unused-target-keys",
    `${names.join(", ")} in the target ${names.length === 1 ? "has" : "have"} no effect: a deploy keeps what the service has.`,
    "Remove them. The values that Terraform creates the service with belong in a separate file, such as infra/targets/production.terraform.json; --cpu, --memory and --desired-count of deploy change the service.",
  );
}

export const targetTopic = {
  ids,
  judge: (facts: BaseFacts): Finding[] => [...taskAddress(facts), ...unusedKeys(facts)],
};
