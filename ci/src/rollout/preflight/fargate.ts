import type { Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../../aws/raw.js";

/** Whether the tasks run on Fargate, or could only run there. */
export function isOnFargate(taskDefinition: JsonObject, service: Service): boolean {
  const required = (taskDefinition.requiresCompatibilities ?? []) as string[];
  const providers = (service.capacityProviderStrategy ?? []).map(({ capacityProvider = "" }) => capacityProvider);
  return [service.launchType ?? "", ...required, ...providers].some((one) => one.startsWith("FARGATE"));
}
