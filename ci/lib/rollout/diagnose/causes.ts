/** What a cause is, whatever tells it. The tables of causes are in task-causes.ts and service-causes.ts. */
export interface CauseRule {
  cause: Cause;
  /** Matched against what was seen, in ECS's own words. */
  pattern: RegExp;
  /** In a few words. */
  title: string;
  /** What to do about it. */
  fix: string;
  /**
   * Whether the same task definition, started again, can come out another way. What can't: an image or a secret that is not there, a
   * permission that is missing, a command that is not in the image. A user must change something first, so ECS's retries are lost
   * time. What can: capacity, the network, a slow start, and whatever the app itself does.
   */
  isTransient: boolean;
}

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
  | "cannot-be-placed"
  | "configuration-blocks"
  | "scale-in-protected"
  | "slow-start"
  | "draining"
  | "service-deleted"
  | "wrong-version-served"
  | "errors-served"
  | "mixed-answers"
  | "unknown";

/** The first that fits is the cause, so in each table the special stand before the general. */
export function ruleFor(rules: readonly CauseRule[], text: string): CauseRule | undefined {
  return rules.find(({ pattern }) => pattern.test(text));
}
