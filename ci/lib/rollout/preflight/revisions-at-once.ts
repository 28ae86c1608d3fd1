import type { Service } from "@aws-sdk/client-ecs";

/** Returns the highest number of new tasks that a deployment runs beside the old ones: all with shifts of traffic, else up to maximumPercent. */
export function tasksBeside({ deploymentConfiguration = {} }: Service, desiredCount: number): number {
  const { strategy = "ROLLING", maximumPercent = 200 } = deploymentConfiguration;
  if (strategy !== "ROLLING") return desiredCount;
  return Math.max(0, Math.floor((desiredCount * maximumPercent) / 100) - desiredCount);
}
