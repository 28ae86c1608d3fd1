import type { Service } from "@aws-sdk/client-ecs";
import type { TargetGroup as ElbTargetGroup } from "@aws-sdk/client-elastic-load-balancing-v2";
import { abort, sdk } from "../../aws/sdk.js";
import { tryRead } from "../../aws/try-read.js";
import type { Readable } from "../../common/readable.js";
import type { Session } from "../session.js";

/** Settings of a target group that the service registers its tasks with. */
export interface TargetGroup {
  arn: string;
  /** Time that a deregistered target has to finish its requests. */
  deregistrationDelaySeconds: number;
  healthCheck: HealthCheck;
  /** No load balancer sends requests to it, so that none of its targets becomes healthy. */
  isUnused?: true;
}

export interface HealthCheck {
  /** Absent when the check only opens a connection. */
  path?: string;
  /** `traffic-port`, or a port's number. */
  port: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  /** Successes in a row that make an unhealthy target healthy. */
  healthyThreshold: number;
  /** Failures in a row that make a target unhealthy. */
  unhealthyThreshold: number;
}

/** Milliseconds for which a target group is not read again: its settings serve the time limit and the preflight, one after the other. */
const rememberedFor = 5_000;
/** Reads of target groups by ARN, with their times. */
type Reads = Map<string, { at: number; group: Promise<TargetGroup | undefined> }>;
const remembered = new WeakMap<Session["aws"], Reads>();

/**
 * Reads the target groups of a service behind an Application or Network Load Balancer, except those that no longer exist. Makes no call
 * for a service without target groups.
 */
export async function readTargetGroups(session: Session, service: Service): Promise<Readable<TargetGroup[]>> {
  const reading = Promise.all(targetGroupsOf(service).map((arn) => readOnce(session, arn)));
  const found = await tryRead(reading, session.signal);
  return "unknown" in found ? found : { value: found.value.filter((group) => group !== undefined) };
}

/** Returns the ARNs of the service's target groups, including the alternate ones of a blue/green deployment. */
export function targetGroupsOf({ loadBalancers = [] }: Service): string[] {
  const named = loadBalancers.flatMap(({ targetGroupArn, advancedConfiguration }) => [
    targetGroupArn,
    advancedConfiguration?.alternateTargetGroupArn,
  ]);
  return [...new Set(named.filter((arn) => arn !== undefined))];
}

async function readOnce(session: Session, arn: string): Promise<TargetGroup | undefined> {
  const at = session.clock.now();
  const known: Reads = remembered.get(session.aws) ?? new Map();
  remembered.set(session.aws, known);
  const last = known.get(arn);
  if (last && at - last.at < rememberedFor) return await last.group;
  const group = readTargetGroup(session, arn);
  known.set(arn, { at, group });
  // A failed read is not remembered.
  group.catch(() => known.delete(arn));
  return await group;
}

/** @returns undefined when the target group does not exist. */
async function readTargetGroup(session: Session, arn: string): Promise<TargetGroup | undefined> {
  const { DescribeTargetGroupAttributesCommand, DescribeTargetGroupsCommand, TargetGroupNotFoundException } = sdk.elb;
  const elb = await session.aws.lazy.elb();
  const groups = new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] });
  const attributes = new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn });
  try {
    const [{ TargetGroups }, { Attributes }] = await Promise.all([
      elb.send(groups, abort(session)),
      elb.send(attributes, abort(session)),
    ]);
    const delay = Attributes?.find(({ Key }) => Key === "deregistration_delay.timeout_seconds")?.Value;
    const healthCheck = healthCheckOf(TargetGroups?.[0]);
    return {
      arn,
      deregistrationDelaySeconds: number(delay, "deregistration delay"),
      healthCheck,
      ...(TargetGroups?.[0]?.LoadBalancerArns?.length === 0 && { isUnused: true as const }),
    };
  } catch (error) {
    if (error instanceof TargetGroupNotFoundException) return undefined;
    throw error;
  }
}

function healthCheckOf(group: ElbTargetGroup = {}): HealthCheck {
  return {
    ...(group.HealthCheckPath !== undefined && { path: group.HealthCheckPath }),
    port: group.HealthCheckPort ?? "traffic-port",
    intervalSeconds: number(group.HealthCheckIntervalSeconds, "HealthCheckIntervalSeconds"),
    timeoutSeconds: number(group.HealthCheckTimeoutSeconds, "HealthCheckTimeoutSeconds"),
    healthyThreshold: number(group.HealthyThresholdCount, "HealthyThresholdCount"),
    unhealthyThreshold: number(group.UnhealthyThresholdCount, "UnhealthyThresholdCount"),
  };
}

/** Parses a setting that every such target group has; there is no default. */
function number(value: string | number | undefined, name: string): number {
  if (value !== undefined && Number.isFinite(Number(value))) return Number(value);
  throw new Error(`the load balancer returned ${value ?? "no"} ${name}`);
}
