import type { Json } from "../../../protocol/service.js";
import { networkingProblem } from "../../event-messages.js";
import type {
  DeploymentRecord,
  LifecycleStage,
  ServiceDeploymentRecord,
  ServiceRecord,
  TrafficShift,
} from "../../model/ecs-state.js";
import { type Forward, isNetworkListener, type ListenerRule } from "../../model/listener-rules.js";
import { object, objects } from "../../model/task-definition-json.js";
import { type SchedulerContext, serviceDeploymentOf } from "../scheduler-context.js";
import { setForwards } from "./listener-rules.js";

/** Load balancer of a service with two target groups and its rules. */
interface Balancer {
  group: string;
  alternate: string;
  productionArn: string;
  production: ListenerRule | undefined;
  test: ListenerRule | undefined;
}

/** The load balancers of a revision from before its service named rules have those that the service names for its target groups now. */
function balancersOf({ state }: SchedulerContext, { settings, serviceRevisionArn }: DeploymentRecord): Balancer[] {
  const serviceArn = state.serviceRevisions[serviceRevisionArn]?.serviceArn;
  const ruleOf = (group: Json | undefined, kind: ListenerRule["kind"]) =>
    Object.values(state.listenerRules).find(
      (rule) => rule.serviceArn === serviceArn && rule.kind === kind && rule.groups[0] === group,
    );
  return objects(settings.loadBalancers).flatMap(({ targetGroupArn, advancedConfiguration }) => {
    const { alternateTargetGroupArn, productionListenerRule, testListenerRule } = object(advancedConfiguration);
    if (typeof productionListenerRule !== "string") {
      const production = ruleOf(targetGroupArn, "production");
      const [group, alternate] = production?.groups ?? [];
      if (production === undefined || group === undefined || alternate === undefined) return [];
      return { group, alternate, productionArn: production.arn, production, test: ruleOf(group, "test") };
    }
    return {
      group: String(targetGroupArn),
      alternate: String(alternateTargetGroupArn),
      productionArn: productionListenerRule,
      production: state.listenerRules[productionListenerRule],
      test: state.listenerRules[String(testListenerRule)],
    };
  });
}

/** Returns whether a deployment's load balancers have a production rule, a test rule, and a listener of a Network Load Balancer. */
export function rulesOfDeployment(context: SchedulerContext, deployment: DeploymentRecord) {
  const balancers = balancersOf(context, deployment);
  return {
    production: balancers.length > 0,
    test: balancers.some(({ test }) => test !== undefined),
    network: balancers.some(({ productionArn }) => isNetworkListener(productionArn)),
  };
}

/**
 * Chooses the target groups of a deployment's tasks: those in use by the production rules, or the other ones. ECS reads the rules for that;
 * `targetGroupArn` and `alternateTargetGroupArn` never change. Returns the reason why it can't be decided.
 */
export function chooseGroups(
  context: SchedulerContext,
  deployment: DeploymentRecord,
  wanted: "in use" | "idle",
): string | undefined {
  const chosen: Record<string, string> = {};
  const resolved: { targetGroupArn: string; productionListenerRule: string }[] = [];
  for (const { group, alternate, production, productionArn } of balancersOf(context, deployment)) {
    if (production === undefined) return networkingProblem.noRule(productionArn);
    const [used, ...others] = production.forwards.filter(({ weight }) => weight > 0);
    if (used === undefined || others.length > 0) {
      return networkingProblem.notOne(productionArn, used === undefined ? 0 : others.length + 1);
    }
    const { targetGroupArn } = used;
    if (targetGroupArn !== group && targetGroupArn !== alternate) {
      return networkingProblem.unexpected(targetGroupArn, group, alternate);
    }
    const isAlternate = (targetGroupArn === alternate) === (wanted === "in use");
    chosen[group] = isAlternate ? alternate : group;
    resolved.push({ targetGroupArn: isAlternate ? alternate : group, productionListenerRule: productionArn });
  }
  if (resolved.length === 0) return undefined;
  deployment.servingGroups = chosen;
  const revision = context.state.serviceRevisions[deployment.serviceRevisionArn];
  if (revision !== undefined) revision.resolvedLoadBalancers = resolved;
  context.changed = true;
  return undefined;
}

/** Sends `percent` of the traffic of one kind to a deployment's target groups, the rest to the other ones. */
export function shiftTraffic(
  context: SchedulerContext,
  deployment: DeploymentRecord,
  kind: "production" | "test",
  percent: number,
): void {
  for (const balancer of balancersOf(context, deployment)) {
    const rule = balancer[kind];
    if (rule === undefined) continue;
    const { group, alternate } = balancer;
    const own = deployment.servingGroups?.[group] ?? group;
    setForwards(
      context,
      rule,
      [group, alternate].map((each) => weighted(each, each === own ? percent : 100 - percent)),
    );
  }

  /** Weights are whole numbers up to 999: percents with a decimal become tenths. */
  function weighted(targetGroupArn: string, share: number): Forward {
    return { targetGroupArn, weight: Number.isInteger(percent) ? share : Math.round(share * 10) };
  }
}

/** Returns the share of production requests that a deployment's target groups receive by the rules, from 0 to 1. */
export const productionShare = (context: SchedulerContext, deployment: DeploymentRecord) =>
  shareOf(context, deployment, "production");

function shareOf(context: SchedulerContext, deployment: DeploymentRecord, kind: "production" | "test"): number {
  const shares = balancersOf(context, deployment).map(({ group, [kind]: rule }) => {
    const own = deployment.servingGroups?.[group] ?? group;
    const { forwards = [] } = rule ?? {};
    const total = forwards.reduce((sum, { weight }) => sum + weight, 0);
    return (forwards.find(({ targetGroupArn }) => targetGroupArn === own)?.weight ?? 0) / Math.max(1, total);
  });
  return Math.max(0, ...shares);
}

/**
 * Returns the percents of a service's deployments by the rules, for the record of the one that replaces them; nothing where there is at most one.
 * Of deployments in the same target group the one that completed last has its requests, else the newest.
 */
export function foundWeights(
  context: SchedulerContext,
  { deployments, lastCompleted }: Pick<ServiceRecord, "deployments" | "lastCompleted">,
) {
  if (deployments.length < 2) return {};
  const left = { test: 100, production: 100 };
  const take = (each: DeploymentRecord, kind: "test" | "production") => {
    const { startedAt } = serviceDeploymentOf(context, each);
    const percent = startedAt === undefined ? 0 : Math.min(left[kind], tenth(100 * shareOf(context, each, kind)));
    left[kind] = tenth(left[kind] - percent);
    return percent;
  };
  const isLast = ({ id }: DeploymentRecord) => (id === lastCompleted?.id ? 1 : 0);
  const found = deployments
    .toSorted((a, b) => isLast(b) - isLast(a))
    .map((each) => [each.serviceRevisionArn, { test: take(each, "test"), production: take(each, "production") }]);
  return { found: Object.fromEntries(found) as NonNullable<TrafficShift["found"]> };
}

/** Returns whether ECS keeps a revision at the desired count in the present stage; undefined where the stage does not decide it. */
export function requestsCount(
  { traffic, status, stage, targetRevision }: ServiceDeploymentRecord,
  revisionArn: string,
) {
  if (traffic === undefined || status !== "IN_PROGRESS") return undefined;
  if (revisionArn === traffic.sourceRevision) return stage !== "CLEAN_UP";
  return revisionArn === targetRevision ? stage !== "RECONCILE_SERVICE" && stage !== "PRE_SCALE_UP" : false;
}

/**
 * Returns the percents by revision in the event of a Lambda hook: those of the shift in its own stage, and the present ones before a production
 * shift. On the way back the target has 0.
 */
export function hookWeights(record: ServiceDeploymentRecord, stage: LifecycleStage, isWayBack: boolean) {
  const { traffic, targetRevision } = record;
  const weights = (percent: number): Record<string, number> => {
    const source = traffic?.sourceRevision;
    return { [targetRevision]: percent, ...(source !== undefined && { [source]: tenth(100 - percent) }) };
  };
  const production = () => {
    if (traffic === undefined || isWayBack) return 0;
    return stage === "PRODUCTION_TRAFFIC_SHIFT" ? (traffic.steps[traffic.step] ?? 100) : traffic.production;
  };
  const isProduction = stage === "PRODUCTION_TRAFFIC_SHIFT" || stage === "PRE_PRODUCTION_TRAFFIC_SHIFT";
  return {
    testWeights: stage === "TEST_TRAFFIC_SHIFT" ? weights(isWayBack ? 0 : 100) : {},
    productionWeights: isProduction ? weights(production()) : {},
  };
}

/** Rounds to tenths of a percent. */
const tenth = (percent: number) => Math.round(percent * 10) / 10;

/** Returns the percents of a revision's traffic that ECS has requested, for its summary; nothing for a rolling deployment. */
export function requestedWeights(record: ServiceDeploymentRecord, revisionArn: string) {
  const { traffic, targetRevision, sourceRevisions, stage } = record;
  if (traffic === undefined) return {};
  const isAsFound = stage === undefined || (stage === "RECONCILE_SERVICE" && traffic.shifted !== true);
  if (isAsFound && traffic.found !== undefined) {
    const { test, production } = traffic.found[revisionArn] ?? { test: 0, production: 0 };
    return { requestedTestTrafficWeight: test, requestedProductionTrafficWeight: production };
  }
  const { test, production, sourceRevision = sourceRevisions[0] } = traffic;
  const share = (percent: number) => {
    if (revisionArn === targetRevision) return percent;
    return revisionArn === sourceRevision ? tenth(100 - percent) : 0;
  };
  return { requestedTestTrafficWeight: share(test), requestedProductionTrafficWeight: share(production) };
}
