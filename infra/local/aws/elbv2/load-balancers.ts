import { isNetworkListener, type ListenerRule, nameOfGroup } from "../ecs/model/listener-rules.js";
import { partitionOf } from "../partition.js";
import type { Caller, JsonObject } from "../protocol/service.js";
import { forwardAction, ruleView } from "./listener-rules.js";

/** The one local load balancer, per account and region: one HTTP listener with the rules that services name, and one for each other target group. */
export interface LocalBalancer {
  arn: string;
  listenerArn: string;
  view: JsonObject;
  listener: JsonObject;
  rules: JsonObject[];
}

const NAME = "local";
const ID = "50dc6c495c0c9188";
const LISTENER_ID = "f2f7dc8efc522ab2";

/**
 * @param groups ARNs of the target groups.
 * @param named Listener rules that services name.
 * @param createdAt Seconds since the epoch.
 */
export function localBalancer(
  caller: Caller,
  groups: string[],
  { rules: named, createdAt }: { rules: ListenerRule[]; createdAt: number },
): LocalBalancer {
  const { region, accountId, authority } = caller;
  const [address = "127.0.0.1", port = "80"] = authority.split(":");
  const prefix = `arn:${partitionOf(region)}:elasticloadbalancing:${region}:${accountId}:`;
  const arn = `${prefix}loadbalancer/app/${NAME}/${ID}`;
  const listenerArn = `${prefix}listener/app/${NAME}/${ID}/${LISTENER_ID}`;
  const unnamed = groups.filter((group) => !named.some((rule) => rule.groups.includes(group)));
  const routes = [
    ...named.filter(({ kind }) => kind === "production").map(({ forwards }) => forwards),
    ...unnamed.map((targetGroupArn) => [{ targetGroupArn, weight: 1 }]),
  ];
  const [only, ...others] = routes;
  const defaultActions = only !== undefined && others.length === 0 ? [forwardAction(only)] : [UNAVAILABLE];
  const ruleArn = (id: number) => `${prefix}listener-rule/app/${NAME}/${ID}/${LISTENER_ID}/${hexId(id)}`;
  return {
    arn,
    listenerArn,
    view: {
      LoadBalancerArn: arn,
      LoadBalancerName: NAME,
      DNSName: address,
      CanonicalHostedZoneId: "Z00000000000000000000",
      CreatedTime: createdAt,
      Scheme: "internet-facing",
      VpcId: "vpc-00000000000000000",
      State: { Code: "active" },
      Type: "application",
      AvailabilityZones: [{ ZoneName: `${region}a`, SubnetId: "subnet-00000000000000000", LoadBalancerAddresses: [] }],
      SecurityGroups: [],
      IpAddressType: "ipv4",
    },
    listener: {
      ListenerArn: listenerArn,
      LoadBalancerArn: arn,
      Port: Number(port),
      Protocol: "HTTP",
      DefaultActions: defaultActions,
    },
    rules: [
      ...[
        ...unnamed.map((group, index) => ({
          arn: ruleArn(index + 1),
          labels: [nameOfGroup(group)],
          forwards: [{ targetGroupArn: group, weight: 1 }],
        })),
        ...named
          .filter(({ arn }) => !isNetworkListener(arn))
          .map(({ arn, hosts, forwards }) => ({ arn, labels: hosts, forwards })),
      ].map((rule, index) => ruleView(rule, index + 1)),
      { RuleArn: ruleArn(0), Priority: "default", Conditions: [], Actions: defaultActions, IsDefault: true },
    ],
  };
}

const hexId = (id: number) => id.toString(16).padStart(16, "0");

const UNAVAILABLE: JsonObject = {
  Type: "fixed-response",
  Order: 1,
  FixedResponseConfig: { StatusCode: "503", ContentType: "text/html" },
};
