import type { TargetGroupSettings } from "../ecs/task-runtime.js";

/** A target group's and its load balancer's settings. Times in milliseconds. */
export interface LoadBalancerSettings extends TargetGroupSettings {
  /** Whether a target counts as draining for the whole delay, even when its last request ended before, as ELB shows it. */
  waitsOutDelay: boolean;
  /** How long a connection to a target may take. */
  connectTimeout: number;
  /** How long a target may take to begin its answer. */
  idleTimeout: number;
}

/** As ELB has them, but for the path: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
export const elbSettings: LoadBalancerSettings = {
  healthCheckPath: "/healthz",
  healthCheckInterval: 30_000,
  healthCheckTimeout: 5_000,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: "200",
  deregistrationDelay: 300_000,
  waitsOutDelay: true,
  connectTimeout: 10_000,
  idleTimeout: 60_000,
};

/** Short enough to watch. */
export const rehearsalSettings: LoadBalancerSettings = {
  ...elbSettings,
  healthCheckInterval: 250,
  healthyThreshold: 2,
  deregistrationDelay: 10_000,
  waitsOutDelay: false,
};
