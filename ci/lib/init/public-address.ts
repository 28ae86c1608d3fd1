import type { Service } from "@aws-sdk/client-ecs";
import type {
  Action,
  ElasticLoadBalancingV2Client,
  Listener,
  LoadBalancer,
  Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Aws } from "../aws/clients.js";
import { sdk } from "../aws/sdk.js";
import { tryRead } from "../aws/try-read.js";
import { urlMistake } from "../common/http-url.js";
import { targetGroupsOf } from "../rollout/watch/target-groups.js";

/** The public URL of a service, or why none can be read from its load balancer. */
export type Address = { url: string; from: string } | { none: string };

/** Reads the public URL of a service from the listeners and rules of its load balancer. Fails for no missing permission. */
export async function readAddress(aws: Aws, service: Service): Promise<Address> {
  const groups = targetGroupsOf(service);
  const [group] = groups;
  if (group === undefined) return { none: "the service has no load balancer" };
  const found = await tryRead(readBalancer(aws, group));
  if ("unknown" in found) return { none: `the load balancer could not be read (${found.unknown})` };
  return found.value ? addressOf(found.value, groups) : { none: "its target group belongs to no load balancer" };
}

/** A load balancer with its listeners and their rules. */
export interface Balancer {
  balancer: LoadBalancer;
  listeners: { listener: Listener; rules: Rule[] }[];
}

type Elb = Pick<ElasticLoadBalancingV2Client, "send">;

async function readBalancer(aws: Aws, group: string): Promise<Balancer | undefined> {
  const elb = await aws.lazy.elb();
  const groups = new sdk.elb.DescribeTargetGroupsCommand({ TargetGroupArns: [group] });
  const { TargetGroups } = await elb.send(groups);
  const LoadBalancerArn = TargetGroups?.[0]?.LoadBalancerArns?.[0];
  if (LoadBalancerArn === undefined) return undefined;
  const balancers = new sdk.elb.DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] });
  const listeners = new sdk.elb.DescribeListenersCommand({ LoadBalancerArn });
  const [{ LoadBalancers }, { Listeners = [] }] = await Promise.all([elb.send(balancers), elb.send(listeners)]);
  const balancer = LoadBalancers?.[0];
  if (!balancer) return undefined;
  const isApplication = balancer.Type === "application";
  const withRules = Listeners.map(async (listener) => ({
    listener,
    rules: isApplication ? await readRules(elb, listener) : [],
  }));
  return { balancer, listeners: await Promise.all(withRules) };
}

async function readRules(elb: Elb, { ListenerArn }: Listener): Promise<Rule[]> {
  const command = new sdk.elb.DescribeRulesCommand({ ListenerArn });
  return (await elb.send(command)).Rules ?? [];
}

/** One way from a listener to the service. */
interface Route {
  protocol: string;
  port: number;
  /** The name in a host-header condition, where it is no pattern. */
  host?: string;
  /** The path that all requests of the rule begin with. */
  prefix: string;
}

/**
 * Chooses the URL: a host name of a rule on an HTTPS listener first, then one on an HTTP listener, then the load balancer's own name on an
 * HTTP listener. An HTTPS listener's certificate is not for the load balancer's own name. Pure.
 */
export function addressOf({ balancer, listeners }: Balancer, groups: readonly string[]): Address {
  const { DNSName = "", Scheme, Type } = balancer;
  const routes = listeners.flatMap(({ listener, rules }) => routesOf(listener, rules, groups));
  const named = routes.filter(({ host }) => host !== undefined);
  const best =
    named.find(({ protocol }) => protocol === "HTTPS") ??
    named[0] ??
    (Scheme === "internal" ? undefined : routes.find(({ protocol }) => protocol === "HTTP"));
  if (best === undefined) return { none: whyNone(Type, Scheme, DNSName, routes) };
  const url = urlOf(best, DNSName);
  if (urlMistake(url) !== undefined)
    return { none: `the load balancer's name ${JSON.stringify(DNSName)} makes no URL` };
  return { url, from: best.host === undefined ? "the load balancer's own name" : "a rule of the load balancer" };
}

function whyNone(type: string | undefined, scheme: string | undefined, name: string, routes: readonly Route[]): string {
  if (routes.length === 0 && type === "application") return "no listener of the load balancer forwards to the service";
  if (type !== "application") return `the load balancer ${name} is of type ${type}, which names no HTTP host`;
  if (scheme === "internal") return `the load balancer ${name} is internal`;
  return `the load balancer ${name} has an HTTPS listener without a host name, and its certificate is for another name`;
}

function urlOf({ protocol, port, host, prefix }: Route, name: string): string {
  const isDefault = port === (protocol === "HTTPS" ? 443 : 80);
  return `${protocol.toLowerCase()}://${host ?? name}${isDefault ? "" : `:${port}`}${prefix}`;
}

function routesOf(listener: Listener, rules: readonly Rule[], groups: readonly string[]): Route[] {
  const { Protocol: protocol = "", Port: port = 0, DefaultActions } = listener;
  if (protocol !== "HTTP" && protocol !== "HTTPS") return [];
  const all = rules.length > 0 ? rules : [{ Actions: DefaultActions ?? [], Conditions: [] }];
  return all
    .filter(({ Actions = [] }) => Actions.some((action) => forwardsTo(action, groups)))
    .map(({ Conditions = [] }) => {
      const values = (field: string) =>
        Conditions.filter(({ Field }) => Field === field).flatMap(
          ({ HostHeaderConfig, PathPatternConfig, Values }) =>
            HostHeaderConfig?.Values ?? PathPatternConfig?.Values ?? Values ?? [],
        );
      const host = values("host-header").find((value) => !/[*?]/.test(value));
      const [, prefix = ""] = values("path-pattern").flatMap((value) => /^((?:\/[\w.~-]+)+)\/?\*$/.exec(value) ?? []);
      return { protocol, port, prefix, ...(host !== undefined && { host }) };
    });
}

function forwardsTo({ TargetGroupArn, ForwardConfig }: Action, groups: readonly string[]): boolean {
  const named = [TargetGroupArn, ...(ForwardConfig?.TargetGroups ?? []).map((group) => group.TargetGroupArn)];
  return named.some((arn) => arn !== undefined && groups.includes(arn));
}
