import type { LoadBalancer, Service } from "@aws-sdk/client-ecs";
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import { abort, sdk } from "../../../aws/sdk.js";
import { tryRead } from "../../../aws/try-read.js";
import { nameIn } from "../../../common/aws-names.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import { describeRevisions } from "../../../ecs/service-deployments.js";
import type { Session } from "../../session.js";
import { error, notRead, type Finding as TopicFinding } from "../finding.js";
import type { SharedReads } from "../shared-reads.js";

const ids = ["listener-rules"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** Target groups that a rule forwards to, each with its weight. */
interface RuleFacts {
  arn: string;
  /** Absent when the rule does something else than to forward. */
  weights?: readonly { group: string; weight: number }[];
}

/** The two target groups of a load balancer, and the ARNs of its rules. */
interface Shift {
  groups: readonly [string, string];
  production: string;
  test?: string;
}

/** The same, as far as it could be read. */
interface ShiftFacts extends Shift {
  /** By ARN; the value is undefined for a rule that does not exist. */
  rules: Readable<ReadonlyMap<string, RuleFacts | undefined>>;
  /** The target group of the running tasks, where ECS records it. */
  running: Readable<string | undefined>;
}

export interface ListenerRulesFacts {
  /** Empty for a rolling deployment: ECS does not change rules then. */
  shifts: readonly ShiftFacts[];
}

/**
 * Checks the listener rules against the running revision. ECS takes the target group that the production rule forwards to for the old one,
 * and registers the new tasks in the other: when another tool has put a rule back, both revisions share a target group, and the test
 * listener answers the old version.
 */
export function listenerRules({ shifts }: ListenerRulesFacts): Finding[] {
  return shifts.flatMap((shift) => [
    ...(shift.production === shift.test ? sameRule(shift) : []),
    ...("unknown" in shift.rules ? unread(shift.rules.unknown) : judgeRules(shift, shift.rules.value)),
    ...("unknown" in shift.running ? unreadRevision(shift.running.unknown) : []),
  ]);
}

function judgeRules(shift: ShiftFacts, rules: ReadonlyMap<string, RuleFacts | undefined>): Finding[] {
  const missing = [shift.production, shift.test].flatMap((arn) =>
    arn !== undefined && rules.has(arn) && rules.get(arn) === undefined ? [arn] : [],
  );
  if (missing.length > 0) return missing.flatMap(noRule);
  const production = rules.get(shift.production);
  return production ? judgeProduction(shift, production) : [];
}

function judgeProduction({ groups, running }: ShiftFacts, { arn, weights = [] }: RuleFacts): Finding[] {
  const serving = weights.filter(({ weight }) => weight > 0);
  const [only, ...others] = serving;
  if (!only || others.length > 0 || !groups.includes(only.group)) {
    const found = serving.map(({ group, weight }) => `${nameOf(group)} (weight ${weight})`).join(" and ") || "none";
    return error(
      "listener-rules",
      `The production rule ${arn} forwards to ${found}. ECS needs exactly one of ${groups.map(nameOf).join(" and ")} to get all production traffic.`,
      "Find the running tasks (aws elbv2 describe-target-health), and forward the rule to their target group alone: aws elbv2 modify-rule. A deployment that ended early, or another tool, may have left it so.",
    );
  }
  const tasksIn = "value" in running ? running.value : undefined;
  if (tasksIn === undefined || tasksIn === only.group) return [];
  return error(
    "listener-rules",
    `The production rule ${arn} forwards to ${nameOf(only.group)}, and the running tasks are in ${nameOf(tasksIn)}: ECS would register the new tasks beside them.`,
    "Forward the rule to the running tasks' target group (aws elbv2 modify-rule), and let no other tool put it back: in Terraform, ignore_changes = [action] on the rule.",
  );
}

function sameRule({ production }: ShiftFacts): Finding[] {
  return error(
    "listener-rules",
    `The test rule is the production rule ${production}: the test traffic would shift production traffic.`,
    "Name another rule as testListenerRule in the service's load balancers, or none.",
  );
}

function noRule(arn: string): Finding[] {
  return error(
    "listener-rules",
    `The service's load balancers name the rule ${arn}, and there is no such rule.`,
    "Create the rule again, and name it in the service's load balancers: aws ecs update-service --load-balancers …",
  );
}

function unread(reason: string): Finding[] {
  return notRead(
    "listener-rules",
    `Where the listener rules forward to could not be read: ${reason}.`,
    fixOf(reason, "Allow elasticloadbalancing:DescribeRules on all resources: it can't be limited to one."),
  );
}

function unreadRevision(reason: string): Finding[] {
  return notRead(
    "listener-rules",
    `The target group of the running tasks could not be read: ${reason}.`,
    fixOf(reason, "Allow ecs:DescribeServiceRevisions on the service."),
  );
}

function nameOf(targetGroupArn: string): string {
  return targetGroupArn.split("/").at(-2) ?? nameIn(targetGroupArn);
}

async function read({ session, service }: SharedReads): Promise<ListenerRulesFacts> {
  const { strategy = "ROLLING" } = service.deploymentConfiguration ?? {};
  const wanted = strategy === "ROLLING" ? [] : (service.loadBalancers ?? []).flatMap(shiftOf);
  if (wanted.length === 0) return { shifts: [] };
  const resolved = await tryRead(resolvedGroups(session, service), session.signal);
  return { shifts: await Promise.all(wanted.map((one) => readShift(session, one, resolved))) };
}

/** Returns a load balancer's target groups and rules; nothing where one is missing, which the strategy's own check reports. */
function shiftOf({ targetGroupArn: own, advancedConfiguration = {} }: LoadBalancer): Shift[] {
  const {
    alternateTargetGroupArn: other,
    productionListenerRule: production,
    testListenerRule: test,
  } = advancedConfiguration;
  if (own === undefined || other === undefined || production === undefined) return [];
  return [{ groups: [own, other], production, ...(test !== undefined && { test }) }];
}

async function readShift(
  session: Session,
  shift: Shift,
  resolved: Readable<ReadonlyMap<string, string>>,
): Promise<ShiftFacts> {
  const { production, test } = shift;
  const arns = [...new Set([production, ...(test === undefined ? [] : [test])])];
  // A Network Load Balancer has listeners in place of rules.
  const rules: ShiftFacts["rules"] = arns.every((arn) => arn.includes(":listener-rule/"))
    ? await tryRead(readRules(session, arns), session.signal)
    : { unknown: "they are listeners of a Network Load Balancer, which are not compared" };
  return { ...shift, rules, running: "unknown" in resolved ? resolved : { value: resolved.value.get(production) } };
}

async function readRules(session: Session, arns: readonly string[]): Promise<Map<string, RuleFacts | undefined>> {
  const { DescribeRulesCommand, RuleNotFoundException } = sdk.elb;
  const elb = await session.aws.lazy.elb();
  const one = async (arn: string): Promise<[string, RuleFacts | undefined]> => {
    try {
      const { Rules = [] } = await elb.send(new DescribeRulesCommand({ RuleArns: [arn] }), abort(session));
      const weights = Rules[0]?.Actions?.flatMap(weightsOf);
      return [arn, { arn, ...(weights && { weights }) }];
    } catch (error) {
      if (error instanceof RuleNotFoundException) return [arn, undefined];
      throw error;
    }
  };
  return new Map(await Promise.all(arns.map(one)));
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

/** Reads the target group of the running revision, by its production rule; nothing where ECS records none, or several revisions run. */
async function resolvedGroups(
  session: Session,
  { currentServiceRevisions = [] }: Service,
): Promise<Map<string, string>> {
  const [current, ...others] = currentServiceRevisions;
  if (current?.arn === undefined || others.length > 0) return new Map();
  const revision = (await describeRevisions(session, [current.arn])).get(current.arn);
  const balancers = revision?.resolvedConfiguration?.loadBalancers ?? [];
  return new Map(
    balancers.flatMap(({ productionListenerRule: rule, targetGroupArn: group }): [string, string][] =>
      rule === undefined || group === undefined ? [] : [[rule, group]],
    ),
  );
}

export const listenerRulesTopic = { ids, read, judge: listenerRules };
