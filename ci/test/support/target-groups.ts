import type { HealthCheck, TargetGroup } from "../../lib/rollout/watch/target-groups.js";
import type { Script } from "./fake-aws.js";

export const targetGroupArn = (name: string) =>
  `arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/${name}/0123456789abcdef`;

/** Elastic Load Balancing in which every target group exists, configured as in infra/terraform. */
export const targetGroupScript: Script = {
  DescribeTargetGroups: (input) => ({
    TargetGroups: [
      {
        TargetGroupArn: String(input["TargetGroupArns.member.1"]),
        HealthCheckPath: "/healthz",
        HealthCheckPort: "traffic-port",
        HealthCheckIntervalSeconds: 10,
        HealthCheckTimeoutSeconds: 5,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 3,
      },
    ],
  }),
  DescribeTargetGroupAttributes: () => ({
    Attributes: [
      { Key: "stickiness.enabled", Value: "false" },
      { Key: "deregistration_delay.timeout_seconds", Value: "30" },
    ],
  }),
};

/** Returns a target group as it is read, configured as in infra/terraform and changed by `more`. */
export function targetGroup(more: Partial<HealthCheck> = {}): TargetGroup {
  const counts = { intervalSeconds: 10, timeoutSeconds: 5, healthyThreshold: 2, unhealthyThreshold: 3 };
  const healthCheck = { path: "/healthz", port: "traffic-port", ...counts, ...more };
  return { arn: targetGroupArn("blue"), deregistrationDelaySeconds: 30, healthCheck };
}
