import type { Clock } from "../clock.js";
import type { LoadBalancer } from "../ecs/task-runtime.js";
import { partitionOf } from "../partition.js";
import { text, texts } from "../protocol/input.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../protocol/service.js";
import { localBalancer } from "./load-balancers.js";
import { attributesView, healthView, targetGroupView } from "./views.js";

export interface Elbv2Deps {
  loadBalancer: LoadBalancer;
  /** Returns the existing target groups. */
  targetGroups: () => { targetGroupArn: string; port: number; targetType: "ip" | "instance" }[];
  clock: Clock;
}

/**
 * API of Elastic Load Balancing (version 2), read-only: target groups, attributes and target health of the local load balancer. A service that
 * names a target group creates it. All target groups have the same settings and belong to the one load balancer.
 */
export function createElbv2({ loadBalancer, targetGroups, clock }: Elbv2Deps): Service {
  const createdAt = clock.now() / 1_000;
  const own = ({ region, accountId }: Caller) => {
    const prefix = `arn:${partitionOf(region)}:elasticloadbalancing:${region}:${accountId}:targetgroup/`;
    const known = targetGroups().filter(({ targetGroupArn }) => targetGroupArn.startsWith(prefix));
    return new Map(known.map((each) => [each.targetGroupArn, each]));
  };
  const find = (arn: unknown, caller: Caller) => {
    const found = own(caller).get(String(arn));
    if (found === undefined) throw notFound();
    return { ...found, ...loadBalancer.describe(found.targetGroupArn) };
  };
  const balancerOf = (caller: Caller) => localBalancer(caller, [...own(caller).keys()], createdAt);

  return {
    signingName: "elasticloadbalancing",
    queryNamespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    operations: {
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
        if (listeners?.some((each) => each !== listenerArn)) throw listenerNotFound();
        return { Listeners: [listener] };
      },

      DescribeRules(input, caller) {
        const { listenerArn, rules } = balancerOf(caller);
        const listener = text(input, "ListenerArn");
        const wanted = texts(input, "RuleArns");
        if ((listener === undefined) === (wanted === undefined)) {
          throw new AwsError("ValidationError", "Either a listener ARN or rule ARNs must be specified");
        }
        if ((listener ?? listenerArn) !== listenerArn) throw listenerNotFound();
        const found = rules.filter(({ RuleArn }) => wanted === undefined || wanted.includes(String(RuleArn)));
        if (wanted !== undefined && found.length < wanted.length) {
          throw new AwsError("RuleNotFound", "One or more rules not found");
        }
        return { Rules: found };
      },

      DescribeTags(input, caller) {
        const { arn, listenerArn, rules } = balancerOf(caller);
        const known = [arn, listenerArn, ...own(caller).keys(), ...rules.map(({ RuleArn }) => RuleArn)];
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
const listenerNotFound = () => new AwsError("ListenerNotFound", "One or more listeners not found");

function unknownResource(arn: string): AwsError {
  const [, kind] = /^arn:aws[\w-]*:elasticloadbalancing:[^:]+:\d{12}:([a-z-]+)\//.exec(arn) ?? [];
  if (kind === "targetgroup") return notFound();
  if (kind === "listener" || kind === "listener-rule") return listenerNotFound();
  if (kind === "loadbalancer") return balancerNotFound();
  return new AwsError("ValidationError", `'${arn}' is not a valid ARN`);
}

const notFound = () => new AwsError("TargetGroupNotFound", "One or more target groups not found", 400);
