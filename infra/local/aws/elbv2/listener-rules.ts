import { type Forward, isNetworkListener, type ListenerRule } from "../ecs/model/listener-rules.js";
import { AwsError, type Json, type JsonObject } from "../protocol/service.js";

/** Reads the action of ModifyRule: one forward to target groups with weights. */
export function forwardsOf(actions: Json | undefined, isKnown: (targetGroupArn: string) => boolean): Forward[] {
  const [action, ...others] = Array.isArray(actions) ? (actions as JsonObject[]) : [];
  if (action === undefined || others.length > 0 || action.Type !== "forward") {
    throw new AwsError("InvalidLoadBalancerAction", "Actions: exactly one action of the type 'forward' is accepted.");
  }
  const { TargetGroups } = (action.ForwardConfig ?? {}) as JsonObject;
  const listed: JsonObject[] = Array.isArray(TargetGroups)
    ? (TargetGroups as JsonObject[])
    : [{ TargetGroupArn: action.TargetGroupArn ?? null }];
  if (listed.length === 0 || listed.length > MOST_GROUPS) {
    throw validation(`ForwardConfig.TargetGroups: 1 to ${MOST_GROUPS} target groups are accepted.`);
  }
  const forwards = listed.map(({ TargetGroupArn, Weight }) => ({
    targetGroupArn: String(TargetGroupArn ?? ""),
    weight: Number(Weight ?? 1),
  }));
  for (const { targetGroupArn, weight } of forwards) {
    if (!Number.isInteger(weight) || weight < 0 || weight > MOST_WEIGHT) {
      throw validation(`Weight '${weight}': whole numbers from 0 to ${MOST_WEIGHT} are accepted.`);
    }
    if (!isKnown(targetGroupArn)) throw new AwsError("TargetGroupNotFound", "One or more target groups not found");
  }
  return forwards;
}

/** Limits of https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ForwardActionConfig.html */
const MOST_GROUPS = 5;
const MOST_WEIGHT = 999;

const validation = (message: string) => new AwsError("ValidationError", message);

/** Returns a forward action. One group alone is also named by the action itself. */
export function forwardAction(forwards: readonly Forward[]): JsonObject {
  const [only, ...others] = forwards;
  return {
    Type: "forward",
    ...(only !== undefined && others.length === 0 && { TargetGroupArn: only.targetGroupArn }),
    ForwardConfig: {
      TargetGroups: forwards.map(({ targetGroupArn, weight }) => ({ TargetGroupArn: targetGroupArn, Weight: weight })),
      TargetGroupStickinessConfig: { Enabled: false },
    },
  };
}

/** Returns a Network Load Balancer's listener as DescribeListeners does. `port` is that of the local load balancer, which serves it. */
export function networkListenerView({ arn, forwards }: ListenerRule, port: Json): JsonObject {
  const LoadBalancerArn = arn
    .replace(":listener/", ":loadbalancer/")
    .slice(0, arn.lastIndexOf("/") + "loadbalancer".length - "listener".length);
  return { ListenerArn: arn, LoadBalancerArn, Port: port, Protocol: "TCP", DefaultActions: [forwardAction(forwards)] };
}

/** Returns the only rule of a Network Load Balancer's listener. */
export const defaultRuleView = ({ arn, forwards }: ListenerRule): JsonObject => ({
  RuleArn: `${arn.replace(":listener/", ":listener-rule/")}/0000000000000000`,
  Priority: "default",
  Conditions: [],
  Actions: [forwardAction(forwards)],
  IsDefault: true,
});

/** Returns a rule as DescribeRules does. `labels` are the accepted first labels of the Host. */
export function ruleView(
  rule: { arn: string; labels: readonly string[]; forwards: readonly Forward[] },
  priority: number,
): JsonObject {
  const Values = rule.labels.flatMap((label) => [label, `${label}.*`]);
  return {
    RuleArn: rule.arn,
    Priority: String(priority),
    Conditions: [{ Field: "host-header", Values, HostHeaderConfig: { Values } }],
    Actions: [forwardAction(rule.forwards)],
    IsDefault: false,
  };
}

/** Returns the ARN of the listener that a rule's ARN names. */
export const listenerOf = ({ arn }: Pick<ListenerRule, "arn">) =>
  isNetworkListener(arn)
    ? arn
    : arn.replace(":listener-rule/", ":listener/").slice(0, arn.lastIndexOf("/") - "-rule".length);
