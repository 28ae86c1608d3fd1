import { isDeepStrictEqual } from "node:util";
import type { ServiceRevision, UpdateServiceRequest } from "@aws-sdk/client-ecs";

/** What of a service belongs to a service revision and can be set by UpdateService. */
const fields = [
  "capacityProviderStrategy",
  "platformVersion",
  "networkConfiguration",
  "loadBalancers",
  "serviceRegistries",
  "serviceConnectConfiguration",
  "volumeConfigurations",
  "vpcLatticeConfigurations",
  "gatewayConnectors",
  "monitoring",
] as const;

/** The fields of a service as far as they can be restored. */
export type RestoredFields = Pick<UpdateServiceRequest, (typeof fields)[number]>;

/**
 * What UpdateService must be sent to make a service what it was at another revision: the fields that differ, and none that does not,
 * so that what is the same stays untouched. A list that was not there is taken away by an empty one. Pure.
 */
export function restoredFields(now: ServiceRevision, before: ServiceRevision): RestoredFields {
  const differing = fields.flatMap((name): [string, unknown][] => {
    const [is, was] = [now[name], before[name]];
    if (isDeepStrictEqual(is, was)) return [];
    if (was !== undefined) return [[name, was]];
    return Array.isArray(is) && is.length > 0 ? [[name, []]] : [];
  });
  return Object.fromEntries(differing);
}
