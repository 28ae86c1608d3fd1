import type { DeploymentConfiguration } from "../model/ecs-state.js";

/** Returns a deployment's limits of tasks: at least `lower` healthy ones, at most `upper` started ones. */
export function limitsOf(desired: number, configuration: DeploymentConfiguration): { lower: number; upper: number } {
  return {
    lower: Math.ceil((desired * configuration.minimumHealthyPercent) / 100),
    upper: Math.floor((desired * configuration.maximumPercent) / 100),
  };
}

const BOUNDS = { least: 3, most: 200, percent: 50 };

/** Returns the number of failed tasks in a row that opens the circuit breaker: half the desired count, at least 3 and at most 200, unless configured. */
export function breakerThreshold(
  desired: number,
  breaker: DeploymentConfiguration["deploymentCircuitBreaker"],
): number {
  const { type, value } = breaker.thresholdConfiguration ?? { type: "BOUNDED_PERCENT", value: BOUNDS.percent };
  if (type === "COUNT") return value;
  const share = Math.ceil((desired * value) / 100);
  return type === "UNBOUNDED_PERCENT" ? Math.max(1, share) : Math.min(Math.max(share, BOUNDS.least), BOUNDS.most);
}
