import type { TargetGroupSettings } from "../ecs/task-runtime.js";

/** Settings of target group and load balancer. Times in milliseconds. */
export interface LoadBalancerSettings extends TargetGroupSettings {
  /** Keeps a target draining for the whole delay, even when its last request ended before, as on ELB. */
  waitsOutDelay: boolean;
  /** Time that a changed listener rule takes to reach every node. */
  ruleDelay: number;
  /** Timeout of a connection to a target. */
  connectTimeout: number;
  /** Timeout of a target's response. */
  idleTimeout: number;
}

/** ELB's default settings, except the path: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
export const elbSettings: LoadBalancerSettings = {
  healthCheckPath: "/healthz",
  healthCheckInterval: 30_000,
  healthCheckTimeout: 5_000,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: "200",
  deregistrationDelay: 300_000,
  waitsOutDelay: true,
  ruleDelay: 14_000, // measured by users: up to 14 s
  connectTimeout: 10_000,
  idleTimeout: 60_000,
};

/** Settings of the rehearsal: short delays. */
export const rehearsalSettings: LoadBalancerSettings = {
  ...elbSettings,
  healthCheckInterval: 250,
  healthyThreshold: 2,
  deregistrationDelay: 10_000,
  waitsOutDelay: false,
  ruleDelay: 250,
};
