import type { LoadBalancer, Service } from "@aws-sdk/client-ecs";
import { readPages } from "../../../aws/paging.js";
import { abort, sdk } from "../../../aws/sdk.js";
import { tryRead } from "../../../aws/try-read.js";
import { targetGroupName } from "../../../common/aws-names.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import type { Session } from "../../session.js";
import { targetGroupsOf } from "../../watch/target-groups.js";
import { notRead, type Finding as TopicFinding, warning } from "../finding.js";
import { tasksBeside } from "../revisions-at-once.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";

const ids = ["target-quota"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** Codes in Service Quotas, by the names that DescribeAccountLimits has. */
const quotaCodes = {
  "targets-per-target-group": "L-A0D0B863",
  "targets-per-application-load-balancer": "L-7E6692B2",
  "targets-per-network-load-balancer": "L-EEF1AD04",
  "targets-per-availability-zone-per-network-load-balancer": "L-B211E961",
} as const;
type Limit = keyof typeof quotaCodes;

interface Targets {
  /** By name. */
  limits: ReadonlyMap<string, number>;
  /** Registered targets that are not draining, by the ARN of their target group. */
  counts: ReadonlyMap<string, number>;
}

export interface TargetQuotaFacts {
  /** The value is undefined where the service has too few tasks to meet a quota. */
  targets: Readable<Targets | undefined>;
}

/**
 * Checks that the load balancer takes the targets of two revisions at once. Other target groups of the load balancer are not counted:
 * what this finds is exceeded in any case.
 */
export function targetQuota({ service, desiredCount, targets }: BaseFacts & TargetQuotaFacts): Finding[] {
  if ("unknown" in targets) {
    return notRead(
      "target-quota",
      `Whether the load balancer takes the new targets beside the old ones could not be read: ${targets.unknown}.`,
      fixOf(
        targets.unknown,
        "Allow elasticloadbalancing:DescribeAccountLimits and elasticloadbalancing:DescribeTargetHealth on all resources: neither can be limited to one.",
      ),
    );
  }
  const { value } = targets;
  if (value === undefined) return [];
  const beside = tasksBeside(service, desiredCount);
  return (service.loadBalancers ?? []).flatMap((balancer) => {
    const uses = usesOf(balancer, service, value.counts);
    const unknown = uses.find(({ limit }) => !value.limits.has(limit));
    if (unknown !== undefined) return isUnknown(unknown.limit);
    const maxOf = (limit: Limit) => value.limits.get(limit) ?? 0;
    const exceeded = uses.find(({ limit, count, times }) => count + beside > maxOf(limit) * times);
    return exceeded === undefined ? [] : exceeds(exceeded, beside, maxOf(exceeded.limit));
  });
}

function isUnknown(limit: Limit): Finding[] {
  return notRead(
    "target-quota",
    `Whether the load balancer takes the new targets beside the old ones is unknown: DescribeAccountLimits returned no ${limit}.`,
    `Compare them yourself: aws service-quotas get-service-quota --service-code elasticloadbalancing --quota-code ${quotaCodes[limit]}.`,
  );
}

/** A quota, and the targets that count against it now. */
interface Use {
  limit: Limit;
  what: string;
  count: number;
  /** Number of Availability Zones that the limit counts for. */
  times: number;
}

function exceeds({ limit, what, count, times }: Use, beside: number, max: number): Finding[] {
  const quota = times === 1 ? `${max}` : `${max} in each of ${times} subnets`;
  return warning(
    "target-quota",
    `The deployment registers up to ${beside} targets beside the ${count} of ${what}, and the quota ${limit} is ${quota}. ECS would fail to register the rest, whose tasks would get no requests.`,
    `Request an increase: aws service-quotas request-service-quota-increase --service-code elasticloadbalancing --quota-code ${quotaCodes[limit]} --desired-value ${Math.ceil((count + beside) / times)}. Or deploy fewer tasks, or rolling with a lower maximumPercent.`,
  );
}

/** Returns the quotas that the new targets of a load balancer count against. */
function usesOf(balancer: LoadBalancer, service: Service, counts: ReadonlyMap<string, number>): Use[] {
  const { deploymentConfiguration: { strategy = "ROLLING" } = {}, networkConfiguration } = service;
  const sorted = targetGroupsOf({ loadBalancers: [balancer] })
    .map((arn) => ({ what: `the target group ${targetGroupName(arn)}`, count: counts.get(arn) ?? 0 }))
    .sort((a, b) => a.count - b.count);
  // With shifts of traffic the new tasks are registered in the group without the old ones.
  const receiving = strategy === "ROLLING" ? sorted.at(-1) : sorted[0];
  if (receiving === undefined) return [];
  const count = sorted.reduce((sum, group) => sum + group.count, 0);
  const both = { what: "the service's target groups", count, times: 1 };
  const subnets = networkConfiguration?.awsvpcConfiguration?.subnets ?? [];
  const [, kind] = /:listener(?:-rule)?\/(app|net)\//.exec(ruleOf(balancer)) ?? [];
  return [
    { ...receiving, limit: "targets-per-target-group", times: 1 },
    ...(kind === "app" ? [{ ...both, limit: "targets-per-application-load-balancer" as const }] : []),
    ...(kind === "net" ? [{ ...both, limit: "targets-per-network-load-balancer" as const }] : []),
    // A zone has one subnet or more: together they take no more than this.
    ...(kind === "net" && subnets.length > 0
      ? [{ ...both, limit: "targets-per-availability-zone-per-network-load-balancer" as const, times: subnets.length }]
      : []),
  ];
}

const ruleOf = ({ advancedConfiguration }: LoadBalancer) => advancedConfiguration?.productionListenerRule ?? "";

/** Half of the lowest default quota, 500: with fewer targets in the end, a service's own do not exceed one. */
const WORTH_CALLS = 250;

async function readTargets(session: Session, service: Service): Promise<Targets> {
  const [limits, counts] = await Promise.all([
    readLimits(session),
    Promise.all(targetGroupsOf(service).map(async (arn) => [arn, await countTargets(session, arn)] as const)),
  ]);
  return { limits, counts: new Map(counts) };
}

async function readLimits(session: Session): Promise<Map<string, number>> {
  const elb = await session.aws.lazy.elb();
  const limits = await readPages(async (Marker) => {
    const command = new sdk.elb.DescribeAccountLimitsCommand({ ...(Marker && { Marker }) });
    const page = await elb.send(command, abort(session));
    return { items: page.Limits, nextToken: page.NextMarker };
  });
  return new Map(limits.map(({ Name = "", Max }) => [Name, Number(Max)]));
}

async function countTargets(session: Session, TargetGroupArn: string): Promise<number> {
  const elb = await session.aws.lazy.elb();
  const command = new sdk.elb.DescribeTargetHealthCommand({ TargetGroupArn });
  const { TargetHealthDescriptions = [] } = await elb.send(command, abort(session));
  return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State !== "draining").length;
}

export const targetQuotaTopic = {
  ids,
  read: async ({ session, service, desiredCount }: SharedReads): Promise<TargetQuotaFacts> => {
    const most = desiredCount + tasksBeside(service, desiredCount);
    const isJudged = targetGroupsOf(service).length > 0 && most > WORTH_CALLS;
    return { targets: isJudged ? await tryRead(readTargets(session, service), session.signal) : { value: undefined } };
  },
  judge: targetQuota,
};
