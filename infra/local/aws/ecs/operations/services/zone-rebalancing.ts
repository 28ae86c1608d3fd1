import type { DeploymentConfiguration } from "../../model/ecs-state.js";
import { objects } from "../../model/task-definition-json.js";
import { invalidParameter } from "../shared/ecs-errors.js";
import type { JsonObject } from "../shared/operation-context.js";

const ZONE = "attribute:ecs.availability-zone";

/**
 * Returns whether a new service is rebalanced across Availability Zones: by default it is, if its settings are compatible.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
 */
export function rebalancingOf(input: JsonObject, configuration: DeploymentConfiguration): "ENABLED" | "DISABLED" {
  const obstacle = obstacleTo(input, configuration);
  if (input.availabilityZoneRebalancing === "ENABLED" && obstacle !== undefined) throw refused(obstacle);
  if (input.availabilityZoneRebalancing === "DISABLED" || obstacle !== undefined) return "DISABLED";
  return "ENABLED";
}

/** Refuses a change that is incompatible with rebalancing while the service has it enabled. */
export function checkRebalancing(extra: JsonObject, configuration: DeploymentConfiguration): void {
  if (extra.availabilityZoneRebalancing !== "ENABLED") return;
  const obstacle = obstacleTo(extra, configuration);
  if (obstacle !== undefined) throw refused(obstacle);
}

const refused = (what: string) => invalidParameter(`AvailabilityZoneRebalancing does not support ${what}.`);

function obstacleTo(of: JsonObject, { maximumPercent }: DeploymentConfiguration): string | undefined {
  if (maximumPercent <= 100) return "maximumPercent <= 100";
  const [first] = objects(of.placementStrategy);
  if (first !== undefined && (first.type !== "spread" || first.field !== ZONE)) {
    return `a placementStrategy that does not begin with spread by ${ZONE}`;
  }
  const isBound = objects(of.placementConstraints).some(({ expression }) => String(expression).includes(ZONE));
  return isBound ? `placementConstraints on ${ZONE}` : undefined;
}
