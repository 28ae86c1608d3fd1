import { isDeepStrictEqual } from "node:util";
import type { ServiceRevision, UpdateServiceRequest } from "@aws-sdk/client-ecs";

/** Fields of a service that a service revision keeps and that UpdateService accepts. */
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

/** Fields of a service that can be restored. */
export type RestoredFields = Pick<UpdateServiceRequest, (typeof fields)[number]>;

/**
 * Returns the fields that UpdateService needs to restore a service to an earlier service revision: only those that differ. An empty list
 * removes a list that the earlier revision did not have. Pure.
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
