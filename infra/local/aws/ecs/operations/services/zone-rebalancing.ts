import type { DeploymentConfiguration } from "../../model/ecs-state.js";
import { objects } from "../../model/task-definition-json.js";
import { invalidParameter } from "../common/ecs-errors.js";
import type { JsonObject } from "../common/operation-context.js";

const ZONE = "attribute:ecs.availability-zone";

/**
 * Returns the `availabilityZoneRebalancing` of a new service: by default ENABLED, if its settings are compatible.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
 */
export function rebalancingOf(input: JsonObject, configuration: DeploymentConfiguration): "ENABLED" | "DISABLED" {
  const conflict = conflictOf(input, configuration);
  if (input.availabilityZoneRebalancing === "ENABLED" && conflict !== undefined) throw unsupported(conflict);
  if (input.availabilityZoneRebalancing === "DISABLED" || conflict !== undefined) return "DISABLED";
  return "ENABLED";
}

/** Rejects a change that is incompatible with rebalancing while the service has it enabled. */
export function checkRebalancing(extra: JsonObject, configuration: DeploymentConfiguration): void {
  if (extra.availabilityZoneRebalancing !== "ENABLED") return;
  const conflict = conflictOf(extra, configuration);
  if (conflict !== undefined) throw unsupported(conflict);
}

const unsupported = (what: string) => invalidParameter(`AvailabilityZoneRebalancing does not support ${what}.`);

function conflictOf(of: JsonObject, { maximumPercent }: DeploymentConfiguration): string | undefined {
  if (maximumPercent <= 100) return "maximumPercent <= 100";
  const [first] = objects(of.placementStrategy);
  if (first !== undefined && (first.type !== "spread" || first.field !== ZONE)) {
    return `a placementStrategy that does not begin with spread by ${ZONE}`;
  }
  const isConstrained = objects(of.placementConstraints).some(({ expression }) => String(expression).includes(ZONE));
  return isConstrained ? `placementConstraints on ${ZONE}` : undefined;
}
