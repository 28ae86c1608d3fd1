import type { DeploymentConfiguration } from "../model/ecs-state.js";

/** Between how many tasks a deployment keeps a service: `lower` healthy ones at least, `upper` started ones at most. */
export function limitsOf(desired: number, configuration: DeploymentConfiguration): { lower: number; upper: number } {
  return {
    lower: Math.ceil((desired * configuration.minimumHealthyPercent) / 100),
    upper: Math.floor((desired * configuration.maximumPercent) / 100),
  };
}

const BOUNDS = { least: 3, most: 200, percent: 50 };

/** After how many failed tasks in a row the circuit breaker opens: half the desired count, 3 at least and 200 at most, unless configured. */
export function breakerThreshold(
  desired: number,
  breaker: DeploymentConfiguration["deploymentCircuitBreaker"],
): number {
  const { type, value } = breaker.thresholdConfiguration ?? { type: "BOUNDED_PERCENT", value: BOUNDS.percent };
  if (type === "COUNT") return value;
  const share = Math.ceil((desired * value) / 100);
  return type === "UNBOUNDED_PERCENT" ? Math.max(1, share) : Math.min(Math.max(share, BOUNDS.least), BOUNDS.most);
}
