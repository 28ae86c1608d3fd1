import type { Json, JsonObject } from "../../wire/service.js";

/** Where a load balancer sends a task's requests. */
export interface PortTarget {
  targetGroupArn: string;
  port: number;
}

/** A JSON array's objects; anything else is none. */
export function objects(value: Json | undefined): JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.filter((each): each is JsonObject => typeof each === "object" && each !== null && !Array.isArray(each));
}

export function object(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

export const containersOf = (document: JsonObject) => objects(document.containerDefinitions);

/** A service's target groups, as its settings name them. */
export function targetsOf(settings: JsonObject): PortTarget[] {
  return objects(settings.loadBalancers)
    .filter((each) => typeof each.targetGroupArn === "string")
    .map((each) => ({ targetGroupArn: String(each.targetGroupArn), port: Number(each.containerPort) }));
}

/** The first subnet of an awsvpc configuration. */
export function subnetOf(networkConfiguration: Json | undefined): string {
  const subnets = object(object(networkConfiguration).awsvpcConfiguration).subnets;
  return Array.isArray(subnets) && typeof subnets[0] === "string" ? subnets[0] : "";
}
