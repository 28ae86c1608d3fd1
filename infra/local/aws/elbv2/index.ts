import type { Clock } from "../clock.js";
import type { Ecs } from "../ecs/index.js";
import { isNetworkListener, type ListenerRule } from "../ecs/model/listener-rules.js";
import type { LoadBalancer } from "../ecs/task-runtime.js";
import { partitionOf } from "../partition.js";
import { text, texts } from "../protocol/input.js";
import { AwsError, type Caller, type Json, type JsonObject, type Service } from "../protocol/service.js";
import { accountLimits } from "./account-limits.js";
import { defaultRuleView, forwardsOf, listenerOf, networkListenerView } from "./listener-rules.js";
import { localBalancer } from "./load-balancers.js";
import { attributesView, healthView, targetGroupView } from "./views.js";

export interface Elbv2Deps {
  loadBalancer: LoadBalancer;
  /** Has the existing target groups and listener rules. */
  ecs: Pick<Ecs, "targetGroups" | "listenerRules" | "changeListenerRule">;
  clock: Clock;
}

/**
 * API of Elastic Load Balancing (version 2): target groups, attributes, target health and listener rules of the local load balancer. A service
 * that names a target group or a rule creates it. All target groups have the same settings and belong to the one load balancer. Only ModifyRule
 * and, for the listeners of Network Load Balancers, ModifyListener change something.
 */
export function createElbv2({ loadBalancer, ecs, clock }: Elbv2Deps): Service {
  const createdAt = clock.now() / 1_000;
  const own = ({ region, accountId }: Caller) => {
    const prefix = `arn:${partitionOf(region)}:elasticloadbalancing:${region}:${accountId}:targetgroup/`;
    const known = ecs.targetGroups().filter(({ targetGroupArn }) => targetGroupArn.startsWith(prefix));
    return new Map(known.map((each) => [each.targetGroupArn, each]));
  };
  const find = (arn: unknown, caller: Caller) => {
    const found = own(caller).get(String(arn));
    if (found === undefined) throw notFound();
    return { ...found, ...loadBalancer.describe(found.targetGroupArn) };
  };
  const ownNamed = ({ region, accountId }: Caller) => {
    const prefix = `arn:${partitionOf(region)}:elasticloadbalancing:${region}:${accountId}:`;
    return ecs.listenerRules().filter(({ arn }) => arn.startsWith(prefix));
  };
  const ownRules = (caller: Caller) => ownNamed(caller).filter(({ arn }) => !isNetworkListener(arn));
  const ownNetworkListeners = (caller: Caller) => ownNamed(caller).filter(({ arn }) => isNetworkListener(arn));
  const balancerOf = (caller: Caller) =>
    localBalancer(caller, [...own(caller).keys()], { rules: ownNamed(caller), createdAt });
  const change = (rule: ListenerRule, actions: Json | undefined, others: JsonObject, caller: Caller) => {
    const [unsupported] = Object.keys(others);
    if (unsupported !== undefined) throw new AwsError("ValidationError", `${unsupported} can't be modified here`);
    const groups = own(caller);
    ecs.changeListenerRule(
      rule,
      forwardsOf(actions, (arn) => groups.has(arn)),
    );
  };

  return {
    signingName: "elasticloadbalancing",
    queryNamespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    operations: {
      DescribeAccountLimits: () => ({ Limits: accountLimits() }),

      DescribeTargetGroups(input, caller) {
        const named = texts(input, "Names");
        const balancer = balancerOf(caller);
        if ((text(input, "LoadBalancerArn") ?? balancer.arn) !== balancer.arn) throw balancerNotFound();
        const arns = texts(input, "TargetGroupArns") ?? [...own(caller).keys()];
        const groups = arns
          .map((arn) => targetGroupView(find(arn, caller), balancer.arn))
          .filter(({ TargetGroupName }) => named === undefined || named.includes(String(TargetGroupName)));
        if (named !== undefined && groups.length < named.length) throw notFound();
        return { TargetGroups: groups };
      },

      DescribeTargetGroupAttributes: (input, caller) => ({
        Attributes: attributesView(find(input.TargetGroupArn, caller).settings),
      }),

      DescribeTargetHealth(input, caller) {
        const { targets } = find(input.TargetGroupArn, caller);
        const wanted = Array.isArray(input.Targets) ? (input.Targets as JsonObject[]) : undefined;
        const shown = targets.filter(
          ({ ip, instanceId = ip, port }) =>
            wanted === undefined || wanted.some(({ Id, Port }) => Id === instanceId && (Port ?? port) === port),
        );
        return { TargetHealthDescriptions: shown.map(healthView) };
      },

      DescribeLoadBalancers(input, caller) {
        const { arn, view } = balancerOf(caller);
        const arns = texts(input, "LoadBalancerArns") ?? [];
        const names = texts(input, "Names") ?? [];
        if (arns.some((each) => each !== arn) || names.some((each) => each !== view.LoadBalancerName)) {
          throw balancerNotFound();
        }
        return { LoadBalancers: [view] };
      },

      DescribeListeners(input, caller) {
        const { arn, listenerArn, listener } = balancerOf(caller);
        const listeners = texts(input, "ListenerArns");
        const balancer = text(input, "LoadBalancerArn");
        if (listeners === undefined && balancer === undefined) {
          throw new AwsError("ValidationError", "Either a load balancer ARN or listener ARNs must be specified");
        }
        if ((balancer ?? arn) !== arn) throw balancerNotFound();
        const known = [listenerArn, ...ownRules(caller).map(listenerOf)];
        const network = ownNetworkListeners(caller);
        const Listeners = [...new Set(listeners ?? known)].map((ListenerArn) => {
          const found = network.find((each) => each.arn === ListenerArn);
          if (found !== undefined) return networkListenerView(found, listener.Port ?? null);
          if (!known.includes(ListenerArn)) throw listenerNotFound();
          return { ...listener, ListenerArn };
        });
        return { Listeners };
      },

      DescribeRules(input, caller) {
        const { listenerArn, rules } = balancerOf(caller);
        const listener = text(input, "ListenerArn");
        const wanted = texts(input, "RuleArns");
        if ((listener === undefined) === (wanted === undefined)) {
          throw new AwsError("ValidationError", "Either a listener ARN or rule ARNs must be specified");
        }
        const network = ownNetworkListeners(caller).find(({ arn }) => arn === listener);
        if (network !== undefined) return { Rules: [defaultRuleView(network)] };
        const ofListener = ownRules(caller).filter((rule) => listenerOf(rule) === listener);
        if ((listener ?? listenerArn) !== listenerArn && ofListener.length === 0) throw listenerNotFound();
        const shown = wanted ?? (listener === listenerArn ? undefined : ofListener.map(({ arn }) => arn));
        const known = wanted === undefined ? rules : [...rules, ...ownNetworkListeners(caller).map(defaultRuleView)];
        const found = known.filter(({ RuleArn }) => shown === undefined || shown.includes(String(RuleArn)));
        if (wanted !== undefined && found.length < wanted.length) {
          throw ruleNotFound();
        }
        return { Rules: found };
      },

      ModifyRule(input, caller) {
        const { RuleArn, Actions, ...others } = input;
        const rule = ownRules(caller).find(({ arn }) => arn === RuleArn);
        if (rule === undefined) {
          if (!balancerOf(caller).rules.some((each) => each.RuleArn === RuleArn)) throw ruleNotFound();
          throw new AwsError("OperationNotPermitted", "Only a rule that a service names can be modified");
        }
        change(rule, Actions, others, caller);
        return { Rules: balancerOf(caller).rules.filter((each) => each.RuleArn === RuleArn) };
      },

      ModifyListener(input, caller) {
        const { ListenerArn, DefaultActions, ...others } = input;
        const find = () => ownNetworkListeners(caller).find(({ arn }) => arn === ListenerArn);
        const listener = find();
        const { listenerArn, listener: local } = balancerOf(caller);
        if (listener === undefined) {
          const known = [listenerArn, ...ownRules(caller).map(listenerOf)];
          if (!known.includes(String(ListenerArn))) throw listenerNotFound();
          throw new AwsError(
            "OperationNotPermitted",
            "Only a Network Load Balancer's listener that a service names can be modified",
          );
        }
        change(listener, DefaultActions, others, caller);
        return { Listeners: [networkListenerView(find() ?? listener, local.Port ?? null)] };
      },

      DescribeTags(input, caller) {
        const { arn, listenerArn, rules } = balancerOf(caller);
        const known = [
          arn,
          listenerArn,
          ...ownNamed(caller).map(listenerOf),
          ...own(caller).keys(),
          ...rules.map(({ RuleArn }) => RuleArn),
        ];
        const TagDescriptions = (texts(input, "ResourceArns") ?? []).map((ResourceArn) => {
          if (!known.includes(ResourceArn)) throw unknownResource(ResourceArn);
          return { ResourceArn, Tags: [] };
        });
        return { TagDescriptions };
      },
    },
  };
}

const balancerNotFound = () => new AwsError("LoadBalancerNotFound", "One or more load balancers not found");
const ruleNotFound = () => new AwsError("RuleNotFound", "One or more rules not found");
const listenerNotFound = () => new AwsError("ListenerNotFound", "One or more listeners not found");

function unknownResource(arn: string): AwsError {
  const [, kind] = /^arn:aws[\w-]*:elasticloadbalancing:[^:]+:\d{12}:([a-z-]+)\//.exec(arn) ?? [];
  if (kind === "targetgroup") return notFound();
  if (kind === "listener" || kind === "listener-rule") return listenerNotFound();
  if (kind === "loadbalancer") return balancerNotFound();
  return new AwsError("ValidationError", `'${arn}' is not a valid ARN`);
}

const notFound = () => new AwsError("TargetGroupNotFound", "One or more target groups not found", 400);
