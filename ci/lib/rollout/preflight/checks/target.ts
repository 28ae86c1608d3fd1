import { movedKeys } from "../../../config/target-schema.js";
import { pauseStagesOf } from "../../../ecs/shift-plan.js";
import { type Finding as TopicFinding, warning } from "../finding.js";
import type { BaseFacts } from "../shared-reads.js";

const ids = ["verify-tasks", "unused-target-keys", "gates"] as const;
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

/** Checks that the service has a pause at the stage of each gate: without one the deployment does not wait for its checks. */
function gates({ target, service }: BaseFacts): Finding[] {
  const { strategy = "ROLLING" } = service.deploymentConfiguration ?? {};
  const pauses = pauseStagesOf(service.deploymentConfiguration);
  const idle = (target.gates ?? [])
    .map(({ stage }) => stage)
    .filter((stage) => strategy === "ROLLING" || !pauses.includes(stage));
  if (idle.length === 0) return [];
  return warning(
    "gates",
    strategy === "ROLLING"
      ? `The gates of the target have no effect: the strategy ROLLING has no stages.`
      : `The target has a gate at ${idle.join(" and ")}, and the service has no PAUSE hook there: the deployment does not wait for its checks.`,
    "Add a hook with the target type PAUSE and the stage to the lifecycleHooks of the service's deployment configuration, or remove the gate.",
  );
}

export const targetTopic = {
  ids,
  judge: (facts: BaseFacts): Finding[] => [...taskAddress(facts), ...unusedKeys(facts), ...gates(facts)],
};
