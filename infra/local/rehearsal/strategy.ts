import type { AdvancedConfiguration, DeploymentConfiguration } from "@aws-sdk/client-ecs";
import { partitionOf } from "../aws/partition.js";
import type { UserTarget } from "./service-file.js";

export const strategies = ["rolling", "blue-green", "linear", "canary"] as const;
export type Strategy = (typeof strategies)[number];

/** Length of a minute of bake times and steps in a rehearsal, in seconds. */
export const MINUTE = 15;

/** Strategies as a service has them, with the shortest waits that show them. */
const configurations: Record<Strategy, DeploymentConfiguration> = {
  rolling: { minimumHealthyPercent: 100, maximumPercent: 200 },
  "blue-green": { strategy: "BLUE_GREEN", bakeTimeInMinutes: 1 },
  linear: {
    strategy: "LINEAR",
    linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 1 },
    bakeTimeInMinutes: 0,
  },
  canary: {
    strategy: "CANARY",
    canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 },
    bakeTimeInMinutes: 0,
  },
};

/** Percents of production traffic at which a strategy waits, of its configuration above. */
export const dividedSteps: Record<Strategy, readonly number[]> = {
  rolling: [],
  "blue-green": [],
  linear: [25, 50, 75],
  canary: [10],
};

/** Returns the deployment configuration of a new service. */
export const configurationOf = (strategy: Strategy): DeploymentConfiguration => ({
  ...configurations[strategy],
  deploymentCircuitBreaker: { enable: true, rollback: true },
});

type Named = Pick<UserTarget, "region" | "account" | "service">;

/** Returns the first target group of a service. */
export const targetGroupOf = (target: Named) => groupArn(target, target.service, "0123456789abcdef");

/** Returns a service's second target group, its listener rules and the role with which ECS changes them, as infra/terraform creates them. */
export function advancedConfigurationOf(target: Named, strategy: Strategy): AdvancedConfiguration | undefined {
  if (strategy === "rolling") return undefined;
  const { account, service } = target;
  const rule = (name: string, id: string) =>
    balancingArn(target, `listener-rule/app/${service}/50dc6c495c0c9188/${name}/${id}`);
  return {
    alternateTargetGroupArn: groupArn(target, `${service}-alt`, "fedcba9876543210"),
    productionListenerRule: rule("f2f7dc8efc522ab2", "0000000000000001"),
    testListenerRule: rule("a2f7dc8efc522ab3", "0000000000000002"),
    roleArn: `arn:${partitionOf(target.region)}:iam::${account}:role/${service}-infrastructure`,
  };
}

const groupArn = (target: Named, name: string, id: string) => balancingArn(target, `targetgroup/${name}/${id}`);

const balancingArn = ({ region, account }: Named, resource: string) =>
  `arn:${partitionOf(region)}:elasticloadbalancing:${region}:${account}:${resource}`;
