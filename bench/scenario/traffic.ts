/** Target groups and listener rules of the one service of every simulation. Pure. */
import type { JsonObject } from "../../infra/local/aws/index.js";
import type { CompleteTarget } from "./complete-target.js";
import type { Scenario } from "./scenario.js";

type Place = Pick<CompleteTarget, "region" | "account" | "service">;

const elb = ({ region, account }: Place, rest: string) => `arn:aws:elasticloadbalancing:${region}:${account}:${rest}`;
export const targetGroupOf = (place: Place) => elb(place, `targetgroup/${place.service}/0123456789abcdef`);
const alternateOf = (place: Place) => elb(place, `targetgroup/${place.service}-green/0123456789abcdef`);
const ruleOf = (place: Place, id: string) =>
  elb(place, `listener-rule/app/main/0123456789abcdef/0123456789abcdef/${id}`);
const listenerOf = (place: Place, id: string) => elb(place, `listener/net/main/0123456789abcdef/${id}`);

/** Returns the ARNs of the listener rules, or of a Network Load Balancer's listeners, that a scenario's service names; none without a strategy that shifts traffic. */
export function rulesOf({ service = {} }: Scenario, place: Place): { production?: string; test?: string } {
  const { strategy, testRule = true, network = false, check = "none" } = service;
  if (strategy === undefined || check === "none" || check === "container") return {};
  const arnOf = network ? listenerOf : ruleOf;
  return { production: arnOf(place, "1a"), ...(testRule && { test: arnOf(place, "1b") }) };
}

/** Returns `advancedConfiguration` of the service's load balancer; undefined where it names no rules. */
export function advancedConfigurationOf(scenario: Scenario, place: Place): JsonObject | undefined {
  const { production, test } = rulesOf(scenario, place);
  if (production === undefined) return undefined;
  return {
    alternateTargetGroupArn: alternateOf(place),
    productionListenerRule: production,
    ...(test !== undefined && { testListenerRule: test }),
    roleArn: `arn:aws:iam::${place.account}:role/${place.service}-infrastructure`,
  };
}
