import { partitionOf } from "../partition.js";
import type { Caller, JsonObject } from "../protocol/service.js";

/** The one local load balancer, per account and region: one HTTP listener with a rule for each target group. */
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
 * @param createdAt Seconds since the epoch.
 */
export function localBalancer(caller: Caller, groups: string[], createdAt: number): LocalBalancer {
  const { region, accountId, authority } = caller;
  const [address = "127.0.0.1", port = "80"] = authority.split(":");
  const prefix = `arn:${partitionOf(region)}:elasticloadbalancing:${region}:${accountId}:`;
  const arn = `${prefix}loadbalancer/app/${NAME}/${ID}`;
  const listenerArn = `${prefix}listener/app/${NAME}/${ID}/${LISTENER_ID}`;
  const [only, ...others] = groups;
  const defaultActions = only !== undefined && others.length === 0 ? [forwardTo(only)] : [UNAVAILABLE];
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
      ...groups.map((group, index): JsonObject => {
        const name = group.split("/")[1] ?? "";
        // By the first label of the Host.
        const Values = [name, `${name}.*`];
        return {
          RuleArn: ruleArn(index + 1),
          Priority: String(index + 1),
          Conditions: [{ Field: "host-header", Values, HostHeaderConfig: { Values } }],
          Actions: [forwardTo(group)],
          IsDefault: false,
        };
      }),
      { RuleArn: ruleArn(0), Priority: "default", Conditions: [], Actions: defaultActions, IsDefault: true },
    ],
  };
}

const hexId = (id: number) => id.toString(16).padStart(16, "0");

const forwardTo = (group: string): JsonObject => ({
  Type: "forward",
  TargetGroupArn: group,
  ForwardConfig: {
    TargetGroups: [{ TargetGroupArn: group, Weight: 1 }],
    TargetGroupStickinessConfig: { Enabled: false },
  },
});

const UNAVAILABLE: JsonObject = {
  Type: "fixed-response",
  Order: 1,
  FixedResponseConfig: { StatusCode: "503", ContentType: "text/html" },
};
