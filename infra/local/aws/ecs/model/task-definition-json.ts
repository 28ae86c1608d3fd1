import type { Json, JsonObject } from "../../protocol/service.js";

/** Container port to which a target group sends a task's requests. */
export interface PortTarget {
  targetGroupArn: string;
  containerName: string;
  /** Port of the container. */
  port: number;
}

/** Returns the objects of a JSON array; anything else is ignored. */
export function objects(value: Json | undefined): JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.filter((each): each is JsonObject => typeof each === "object" && each !== null && !Array.isArray(each));
}

export function object(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** Returns the strings of a JSON array; anything else is ignored. */
export function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

/** Returns the network mode of a task definition: ECS's default on Linux is `bridge`. */
export const networkModeOf = ({ networkMode }: JsonObject): string =>
  typeof networkMode === "string" ? networkMode : "bridge";

/** Returns whether tasks of a definition use ports of their container instance instead of an address of their own. */
export const usesHostPorts = (document: JsonObject) => ["bridge", "host"].includes(networkModeOf(document));

export const containersOf = (document: JsonObject) => objects(document.containerDefinitions);

/** Returns the target groups that a service's settings name. */
export function targetsOf(settings: JsonObject): PortTarget[] {
  return objects(settings.loadBalancers)
    .filter((each) => typeof each.targetGroupArn === "string")
    .map((each) => ({
      targetGroupArn: String(each.targetGroupArn),
      containerName: String(each.containerName),
      port: Number(each.containerPort),
    }));
}

/** Returns the alternate target groups that a service's settings name. */
export const alternatesOf = (settings: JsonObject): PortTarget[] =>
  targetsOf({
    loadBalancers: objects(settings.loadBalancers).map((each) => {
      const { alternateTargetGroupArn } = object(each.advancedConfiguration);
      return { ...each, targetGroupArn: alternateTargetGroupArn ?? null };
    }),
  });

/** Returns the first subnet of an awsvpc configuration. */
export function subnetOf(networkConfiguration: Json | undefined): string {
  const subnets = object(object(networkConfiguration).awsvpcConfiguration).subnets;
  return Array.isArray(subnets) && typeof subnets[0] === "string" ? subnets[0] : "";
}
