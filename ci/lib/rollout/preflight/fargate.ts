import type { Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../../aws/raw-task-definition.js";

/**
 * Returns whether the tasks run on Fargate: the service's capacity providers or its launch type decide, and where it has neither, the
 * task definition when it is compatible with Fargate alone.
 */
export function isOnFargate(taskDefinition: JsonObject, service: Service): boolean {
  const required = (taskDefinition.requiresCompatibilities ?? []) as string[];
  const providers = (service.capacityProviderStrategy ?? []).map(({ capacityProvider = "" }) => capacityProvider);
  const chosen = providers.length > 0 ? providers : service.launchType === undefined ? [] : [service.launchType];
  if (chosen.length > 0) return chosen.some((one) => one.startsWith("FARGATE"));
  return required.includes("FARGATE") && !required.includes("EC2") && !required.includes("EXTERNAL");
}
