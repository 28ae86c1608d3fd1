import type { EcsState, LifecycleStage } from "../../infra/local/aws/index.js";

export interface EnteredStage {
  name: LifecycleStage;
  /** Step of a traffic shift, from 1: its stages repeat. 1 in all other stages. */
  step: number;
}

/** Returns the lifecycle stage of the newest service deployment from ECS's own state; undefined where it has none. Pure. */
export function lifecycleStageOf({ services, serviceDeployments }: EcsState): EnteredStage | undefined {
  const newest = serviceDeployments[Object.values(services)[0]?.serviceDeployments.at(-1) ?? ""];
  if (newest?.stage === undefined || newest.status !== "IN_PROGRESS") return undefined;
  return { name: newest.stage, step: repeating.has(newest.stage) ? (newest.traffic?.step ?? 0) + 1 : 1 };
}

const repeating = new Set<LifecycleStage>(["PRE_PRODUCTION_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"]);
