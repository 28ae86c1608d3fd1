/** A cause, and the texts of ECS that show it. The tables of causes are in task-causes.ts and service-causes.ts. */
export interface CauseRule {
  cause: Cause;
  /** Matched against the texts that ECS returned. */
  pattern: RegExp;
  /** Short, such as `the container is out of memory`. */
  title: string;
  /** Next step of the user. */
  fix: string;
  /**
   * True for a missing image, secret or permission and for a command that is not in the image: a user must change something first, so
   * ECS's retries are lost time. Absent when the same task definition can succeed at another start.
   */
  isPermanent?: true;
}

/** Text of a cause that no rule finds in ECS's texts. */
export type CauseText = Pick<CauseRule, "cause" | "title" | "fix">;

export type Cause =
  | "wrong-platform"
  | "network-unreachable"
  | "registry-throttled"
  | "image-denied"
  | "image-missing"
  | "image-corrupt"
  | "secret-missing"
  | "secret-denied"
  | "role-unusable"
  | "role-denied"
  | "log-group-missing"
  | "disk-full"
  | "subnet-full"
  | "no-capacity"
  | "port-in-use"
  | "agent-disconnected"
  | "instance-mismatch"
  | "runtime-timeout"
  | "volume-failed"
  | "quota-reached"
  | "invalid-command"
  | "resources-unavailable"
  | "out-of-memory"
  | "load-balancer-code"
  | "load-balancer-timeout"
  | "load-balancer-port"
  | "load-balancer-health-check"
  | "dependency-failed"
  | "health-check"
  | "killed"
  | "container-exits"
  | "container-completes"
  | "interrupted"
  | "stopped-by-person"
  | "alarm-fired"
  | "hook-failed"
  | "hook-response-invalid"
  | "hook-role-unusable"
  | "hook-not-invoked"
  | "hook-timed-out"
  | "pause-timed-out"
  | "listener-rule-split"
  | "listener-rule-unexpected"
  | "listener-rule-missing"
  | "target-group-unattached"
  | "infrastructure-role-denied"
  | "networking-invalid"
  | "no-rollback-candidate"
  | "circuit-breaker"
  | "cannot-be-placed"
  | "configuration-blocks"
  | "scale-in-protected"
  | "slow-start"
  | "hook-running"
  | "traffic-shifting"
  | "service-throttled"
  | "draining"
  | "service-deleted"
  | "wrong-version-served"
  | "wrong-on-test-listener"
  | "test-listener-not-shifted"
  | "errors-served"
  | "mixed-answers"
  | "unknown";

/** Cause for which no rule matches. */
export const unknown: CauseText = {
  cause: "unknown",
  title: "ECS returned no known cause",
  fix: "Read the service's events and the tasks' logs.",
};

/** Returns the first rule that matches, so special rules stand before general ones in each table. */
export function ruleFor(rules: readonly CauseRule[], text: string): CauseRule | undefined {
  return rules.find(({ pattern }) => pattern.test(text));
}
