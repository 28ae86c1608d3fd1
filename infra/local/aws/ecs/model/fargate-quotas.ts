import { arnPrefix, type Scope } from "./ecs-arns.js";
import type { TaskRecord } from "./ecs-state.js";

/** The two ways to buy vCPUs of Fargate, each with a quota of its own, by the names that the usage metric has for them. */
export type FargateClass = "Standard/OnDemand" | "Standard/Spot";

/** Quotas of vCPUs that an account's tasks may use in a region at once. */
export type FargateQuotas = Record<FargateClass, number>;

/** As of an account in use: AWS raises the 4 to 6 of a new one by itself. */
export const usualQuotas: Readonly<FargateQuotas> = { "Standard/OnDemand": 4_000, "Standard/Spot": 4_000 };

export const fargateClassOf = ({ capacityProviderName }: Pick<TaskRecord, "capacityProviderName">): FargateClass =>
  capacityProviderName === "FARGATE_SPOT" ? "Standard/Spot" : "Standard/OnDemand";

/**
 * Returns the vCPUs that the tasks on Fargate of an account and a region use.
 * @param live The tasks that have not stopped.
 */
export function usedVcpus(live: Iterable<TaskRecord>, scope: Scope, fargateClass: FargateClass): number {
  const prefix = arnPrefix(scope);
  let units = 0;
  for (const task of live) {
    const counts = task.launchType !== "EC2" && task.arn.startsWith(prefix) && fargateClassOf(task) === fargateClass;
    if (counts) units += Number(task.cpu ?? 0);
  }
  return units / 1_024;
}
