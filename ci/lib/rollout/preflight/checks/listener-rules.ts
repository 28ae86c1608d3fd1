import type { LoadBalancer, Service } from "@aws-sdk/client-ecs";
import { tryRead } from "../../../aws/try-read.js";
import { targetGroupName } from "../../../common/aws-names.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import { describeRevisions } from "../../../ecs/service-deployments.js";
import { unfinishedOf } from "../../plan/deployment-in-flight.js";
import type { Session } from "../../session.js";
import { error, notRead, type Finding as TopicFinding } from "../finding.js";
import { isListener, type RuleFacts, readRule } from "../listener-actions.js";
import type { SharedReads } from "../shared-reads.js";

const ids = ["listener-rules"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** The two target groups of a load balancer, and the ARNs of its rules, or of its listeners where it is a Network Load Balancer. */
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
  /** Empty for a rolling deployment, which changes no rule, and while a deployment is in flight: ECS may be moving the traffic. */
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
    ...("unknown" in shift.rules ? unread(shift, shift.rules.unknown) : judgeRules(shift, shift.rules.value)),
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
    const found =
      serving.map(({ group, weight }) => `${targetGroupName(group)} (weight ${weight})`).join(" and ") || "none";
    return error(
      "listener-rules",
      `The production ${kindOf(arn)} ${arn} forwards to ${found}. ECS needs exactly one of ${groups.map(targetGroupName).join(" and ")} to get all production traffic.`,
      `Find the running tasks (aws elbv2 describe-target-health), and forward the ${kindOf(arn)} to their target group alone: aws elbv2 modify-${kindOf(arn)}. A deployment that ended early, or another tool, may have left it so.`,
    );
  }
  const tasksIn = "value" in running ? running.value : undefined;
  if (tasksIn === undefined || tasksIn === only.group) return [];
  return error(
    "listener-rules",
    `The production ${kindOf(arn)} ${arn} forwards to ${targetGroupName(only.group)}, and the running tasks are in ${targetGroupName(tasksIn)}: ECS would register the new tasks beside them.`,
    `Forward the ${kindOf(arn)} to the running tasks' target group (aws elbv2 modify-${kindOf(arn)}), and let no other tool put it back: in Terraform, ignore_changes = [${isListener(arn) ? "default_action" : "action"}] on it.`,
  );
}

function sameRule({ production }: ShiftFacts): Finding[] {
  return error(
    "listener-rules",
    `The test ${kindOf(production)} is the production ${kindOf(production)} ${production}: the test traffic would shift production traffic.`,
    "Name another one as testListenerRule in the service's load balancers, or none.",
  );
}

function noRule(arn: string): Finding[] {
  return error(
    "listener-rules",
    `The service's load balancers name the ${kindOf(arn)} ${arn}, and there is no such ${kindOf(arn)}.`,
    "Create it again, and name it in the service's load balancers: aws ecs update-service --load-balancers …",
  );
}

function unread({ production }: Shift, reason: string): Finding[] {
  const action = isListener(production) ? "DescribeListeners" : "DescribeRules";
  return notRead(
    "listener-rules",
    `Where the listener rules forward to could not be read: ${reason}.`,
    fixOf(reason, `Allow elasticloadbalancing:${action} on all resources: it can't be limited to one.`),
  );
}

function kindOf(arn: string): "listener" | "rule" {
  return isListener(arn) ? "listener" : "rule";
}

function unreadRevision(reason: string): Finding[] {
  return notRead(
    "listener-rules",
    `The target group of the running tasks could not be read: ${reason}.`,
    fixOf(reason, "Allow ecs:DescribeServiceRevisions on the service."),
  );
}

async function read({ session, service, deployments }: SharedReads): Promise<ListenerRulesFacts> {
  if (unfinishedOf(deployments)) return { shifts: [] };
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
  const reading = arns.map(async (arn) => [arn, await readRule(session, arn)] as const);
  const rules = await tryRead(
    Promise.all(reading).then((found) => new Map(found)),
    session.signal,
  );
  return { ...shift, rules, running: "unknown" in resolved ? resolved : { value: resolved.value.get(production) } };
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
