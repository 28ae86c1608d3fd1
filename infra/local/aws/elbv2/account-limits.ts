import type { JsonObject } from "../protocol/service.js";

/**
 * The default limits of an account, by the names that AWS's example has. None is enforced.
 * https://docs.aws.amazon.com/cli/latest/reference/elbv2/describe-account-limits.html
 */
const limits: Readonly<Record<string, number>> = {
  "target-groups": 3_000,
  "targets-per-application-load-balancer": 1_000,
  "listeners-per-application-load-balancer": 50,
  "rules-per-application-load-balancer": 100,
  "network-load-balancers": 50,
  "targets-per-network-load-balancer": 3_000,
  "targets-per-availability-zone-per-network-load-balancer": 500,
  "listeners-per-network-load-balancer": 50,
  "condition-values-per-alb-rule": 5,
  "condition-wildcards-per-alb-rule": 5,
  "target-groups-per-application-load-balancer": 100,
  "target-groups-per-action-on-application-load-balancer": 5,
  "target-groups-per-action-on-network-load-balancer": 1,
  "certificates-per-application-load-balancer": 25,
  "certificates-per-network-load-balancer": 25,
  "targets-per-target-group": 1_000,
  "target-id-registrations-per-application-load-balancer": 1_000,
  "network-load-balancer-enis-per-vpc": 1_200,
  "application-load-balancers": 50,
};

export const accountLimits = (): JsonObject[] =>
  Object.entries(limits).map(([Name, max]) => ({ Name, Max: String(max) }));
