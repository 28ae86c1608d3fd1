import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import { abort, sdk } from "../../aws/sdk.js";
import type { Session } from "../session.js";

/** Target groups that a rule forwards to, each with its weight. */
export interface RuleFacts {
  arn: string;
  /** Absent when the rule does something else than to forward. */
  weights?: readonly { group: string; weight: number }[];
}

/** Returns whether an ARN names a listener: ECS changes the default action of a Network Load Balancer's, which has no rules. */
export function isListener(arn: string): boolean {
  return arn.includes(":listener/");
}

/**
 * Reads a listener rule, or the default action of a listener.
 * @returns undefined when there is none of this ARN.
 */
export async function readRule(session: Session, arn: string): Promise<RuleFacts | undefined> {
  const { RuleNotFoundException, ListenerNotFoundException } = sdk.elb;
  try {
    const weights = (await (isListener(arn) ? ofListener : ofRule)(session, arn))?.flatMap(weightsOf);
    return { arn, ...(weights && { weights }) };
  } catch (error) {
    if (error instanceof RuleNotFoundException || error instanceof ListenerNotFoundException) return undefined;
    throw error;
  }
}

async function ofRule(session: Session, arn: string): Promise<Action[] | undefined> {
  const elb = await session.aws.lazy.elb();
  const command = new sdk.elb.DescribeRulesCommand({ RuleArns: [arn] });
  return (await elb.send(command, abort(session))).Rules?.[0]?.Actions;
}

async function ofListener(session: Session, arn: string): Promise<Action[] | undefined> {
  const elb = await session.aws.lazy.elb();
  const command = new sdk.elb.DescribeListenersCommand({ ListenerArns: [arn] });
  return (await elb.send(command, abort(session))).Listeners?.[0]?.DefaultActions;
}

function weightsOf({ Type, TargetGroupArn, ForwardConfig }: Action) {
  if (Type !== "forward") return [];
  const groups = ForwardConfig?.TargetGroups ?? [{ TargetGroupArn, Weight: 1 }];
  // A single target group gets everything, with any weight.
  return groups.map(({ TargetGroupArn: group = "", Weight = 1 }) => ({
    group,
    weight: groups.length === 1 ? 1 : Weight,
  }));
}
