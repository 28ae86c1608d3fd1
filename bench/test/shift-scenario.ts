import type { JsonObject } from "../../infra/local/aws/index.js";
import type { Intervention, Scenario } from "../scenario/scenario.js";
import type { Outcome } from "../virtual/outcome.js";
import { simulate } from "../virtual/simulate.js";

const elb = "arn:aws:elasticloadbalancing:us-west-2:123456789012";
const rule = `${elb}:listener-rule/app/main/0a/0b`;
const advancedConfiguration = {
  alternateTargetGroupArn: `${elb}:targetgroup/green/0123456789abcdef`,
  productionListenerRule: `${rule}/1a`,
  testListenerRule: `${rule}/1b`,
  roleArn: "arn:aws:iam::123456789012:role/ecs-infrastructure",
};
const targetGroupArn = `${elb}:targetgroup/web/0123456789abcdef`;

/** Settings of each strategy, short enough for a test; a bake time of 5 minutes. */
export const strategies = {
  BLUE_GREEN: { strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 },
  LINEAR: {
    strategy: "LINEAR",
    bakeTimeInMinutes: 5,
    linearConfiguration: { stepPercent: 25, stepBakeTimeInMinutes: 2 },
  },
  CANARY: {
    strategy: "CANARY",
    bakeTimeInMinutes: 5,
    canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 4 },
  },
} as const;

/** Creates a scenario of a service of two tasks behind two target groups, with a production and a test listener rule. */
export function shiftScenario(deploymentConfiguration: object, scenario: Scenario = {}): Scenario {
  const { service, ...rest } = scenario;
  const loadBalancers = [{ targetGroupArn, containerName: "app", containerPort: 5000, advancedConfiguration }];
  const more = { loadBalancers, deploymentConfiguration: deploymentConfiguration as JsonObject };
  return { service: { desiredCount: 2, check: "load-balancer", ...service, more }, ...rest };
}

/** Simulates such a scenario with one seed. */
export async function shift(deploymentConfiguration: object, scenario: Scenario = {}): Promise<Outcome> {
  return await simulate(shiftScenario(deploymentConfiguration, scenario), 1);
}

export const pause = (...lifecycleStages: string[]) => ({ targetType: "PAUSE", lifecycleStages });

export const stopAt = (at: number): Intervention => ({ at, do: "stop", stopType: "ROLLBACK" });

/** Returns the lines of progress, without their times. */
export function linesOf({ trace }: Outcome): string[] {
  return trace.flatMap((entry) => (entry.kind === "line" ? entry.text.replace(/^\+\d+:\d\d /, "") : []));
}
