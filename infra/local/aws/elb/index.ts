import type { LoadBalancer } from "../ecs/runtime.js";
import { texts } from "../wire/input.js";
import { AwsError, type Caller, type JsonObject, type Service } from "../wire/service.js";
import { attributesView, healthView, targetGroupView } from "./views.js";

export interface ElbDeps {
  loadBalancer: LoadBalancer;
  /** The target groups that there are. */
  targetGroups: () => { targetGroupArn: string; port: number }[];
}

/**
 * Elastic Load Balancing (version 2), as far as ECS services need it read: target groups, their attributes and their targets' health,
 * of the load balancer that runs here. Here a target group is made by the service that names it, and all of them are set alike.
 */
export function createElb({ loadBalancer, targetGroups }: ElbDeps): Service {
  const own = ({ region, accountId }: Caller) => {
    const prefix = `arn:aws:elasticloadbalancing:${region}:${accountId}:targetgroup/`;
    const known = targetGroups().filter(({ targetGroupArn }) => targetGroupArn.startsWith(prefix));
    return new Map(known.map((each) => [each.targetGroupArn, each]));
  };
  const find = (arn: unknown, caller: Caller) => {
    const found = own(caller).get(String(arn));
    if (found === undefined) throw notFound();
    return { ...found, ...loadBalancer.describe(found.targetGroupArn) };
  };

  return {
    signingName: "elasticloadbalancing",
    queryNamespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    operations: {
      DescribeTargetGroups(input, caller) {
        const named = texts(input, "Names");
        const arns = texts(input, "TargetGroupArns") ?? [...own(caller).keys()];
        const groups = arns
          .map((arn) => targetGroupView(find(arn, caller)))
          .filter(({ TargetGroupName }) => named === undefined || named.includes(String(TargetGroupName)));
        if (named !== undefined && groups.length < named.length) throw notFound();
        return { TargetGroups: groups };
      },

      DescribeTargetGroupAttributes: (input, caller) => ({
        Attributes: attributesView(find(input.TargetGroupArn, caller).settings),
      }),

      DescribeTargetHealth(input, caller) {
        const { targets } = find(input.TargetGroupArn, caller);
        const asked = Array.isArray(input.Targets) ? (input.Targets as JsonObject[]) : undefined;
        const shown = targets.filter(
          ({ ip, port }) => asked === undefined || asked.some(({ Id, Port }) => Id === ip && (Port ?? port) === port),
        );
        return { TargetHealthDescriptions: shown.map(healthView) };
      },
    },
  };
}

const notFound = () => new AwsError("TargetGroupNotFound", "One or more target groups not found", 400);
