import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** The deployment circuit breaker is on and rolls back. */
export function circuitBreaker({ service }: PreflightFacts): Finding[] {
  const breaker = service.deploymentConfiguration?.deploymentCircuitBreaker;
  if (breaker?.enable && breaker.rollback) return [];
  return [
    {
      id: "no-circuit-breaker",
      level: "warning",
      what: breaker?.enable
        ? "The deployment circuit breaker is on, but does not roll back: a failed rollout stays where it stopped."
        : "The deployment circuit breaker is off: ECS goes on starting tasks that fail.",
      fix: "Set deploymentCircuitBreaker to enable and rollback in the service's deployment configuration.",
    },
  ];
}
