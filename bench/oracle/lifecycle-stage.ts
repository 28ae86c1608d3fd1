import type { EcsState, LifecycleStage } from "../../infra/local/aws/index.js";

export interface EnteredStage {
  name: LifecycleStage;
  /** Step of a traffic shift, from 1: its stages repeat. 1 in all other stages. */
  step: number;
}

/**
 * Returns the lifecycle stage of the newest service deployment from ECS's own state; undefined where it has none, or shifts no traffic: the
 * deployment that created a service with alarms may still be in its bake time. Pure.
 */
export function lifecycleStageOf({ services, serviceDeployments }: EcsState): EnteredStage | undefined {
  const newest = serviceDeployments[Object.values(services)[0]?.serviceDeployments.at(-1) ?? ""];
  if (newest?.traffic === undefined || newest.stage === undefined || newest.status !== "IN_PROGRESS") return undefined;
  return { name: newest.stage, step: repeating.has(newest.stage) ? newest.traffic.step + 1 : 1 };
}

const repeating = new Set<LifecycleStage>(["PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"]);
