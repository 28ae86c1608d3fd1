import type { Script } from "./fake-aws.js";

export const targetGroupArn = (name: string) =>
  `arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/${name}/0123456789abcdef`;

/** An Elastic Load Balancing that has every target group, set as infra/terraform sets it. */
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
