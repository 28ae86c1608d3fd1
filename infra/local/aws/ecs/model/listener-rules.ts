import type { JsonObject } from "../../protocol/service.js";
import { lastPartOf } from "./ecs-arns.js";
import { object, objects } from "./task-definition-json.js";

/** Target group of a weighted forward. */
export interface Forward {
  targetGroupArn: string;
  /** Share of the rule's requests, as part of the sum of its weights. */
  weight: number;
}

/** Listener rule, or listener of a Network Load Balancer, that a service names in `advancedConfiguration`. It exists by that only. */
export interface ListenerRule {
  arn: string;
  kind: "production" | "test";
  serviceArn: string;
  /** First labels of the Host of its requests. */
  hosts: string[];
  /** The service's two target groups. */
  groups: string[];
  forwards: Forward[];
}

/** Returns the rules that a service's settings name, as they are when a service first names them: all requests go to `targetGroupArn`. */
export function rulesOf(serviceArn: string, settings: JsonObject): ListenerRule[] {
  const service = lastPartOf(serviceArn);
  return objects(settings.loadBalancers).flatMap(({ targetGroupArn, advancedConfiguration }) => {
    const { alternateTargetGroupArn, productionListenerRule, testListenerRule } = object(advancedConfiguration);
    const group = String(targetGroupArn);
    const common = {
      serviceArn,
      groups: [group, String(alternateTargetGroupArn)],
      forwards: [{ targetGroupArn: group, weight: 1 }],
    };
    const rules: ListenerRule[] = [];
    if (typeof productionListenerRule === "string") {
      const hosts = [...new Set([service, nameOfGroup(group)])];
      rules.push({ arn: productionListenerRule, kind: "production", hosts, ...common });
    }
    if (typeof testListenerRule === "string") {
      rules.push({ arn: testListenerRule, kind: "test", hosts: [`test-${service}`], ...common });
    }
    return rules;
  });
}

/** Returns whether an ARN names a listener of a Network Load Balancer, which has no rules. */
export const isNetworkListener = (arn: string) => arn.includes(":listener/net/");

/** Returns NAME of `arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID`. */
export const nameOfGroup = (targetGroupArn: string) => targetGroupArn.split("/")[1] ?? "";
