import { type ListenerRule, nameOfGroup } from "../ecs/model/listener-rules.js";
import type { LoadBalancerTarget, TargetHealth } from "../ecs/task-runtime.js";

/** Properties of a target that routing uses. */
export interface Candidate {
  at: Pick<LoadBalancerTarget, "targetGroupArn" | "serviceName">;
  state: TargetHealth["state"];
}

/**
 * Returns the listener rule or the target group of a request, by the first label of the Host: a service's production rule, else the target
 * group whose service name or own name it is, else a service's test rule. When there is one production rule or one group without a rule,
 * it is the default. Pure.
 */
export function chooseRoute(
  targets: readonly Candidate[],
  rules: readonly ListenerRule[],
  host = "",
): ListenerRule | string | undefined {
  const label = host.split(/[.:]/)[0]?.toLowerCase();
  const isNamed = (name: string) => name.toLowerCase() === label;
  const ruled = new Set(rules.flatMap(({ groups }) => groups));
  const others = targets.map(({ at }) => at).filter(({ targetGroupArn }) => !ruled.has(targetGroupArn));
  const production = rules.filter(({ kind }) => kind === "production");
  const named =
    production.find(({ hosts }) => hosts.some(isNamed)) ??
    others.find((at) => [at.serviceName, nameOfGroup(at.targetGroupArn)].some(isNamed))?.targetGroupArn ??
    rules.find(({ kind, hosts }) => kind === "test" && hosts.some(isNamed));
  if (named !== undefined) return named;
  const routes = [...production, ...new Set(others.map(({ targetGroupArn }) => targetGroupArn))];
  return routes.length === 1 ? routes[0] : undefined;
}

/** Returns a group's healthy targets in turn; unhealthy ones when none is healthy, as on ELB ("fail open"). Pure. */
export function chooseTarget<T extends Candidate>(
  targets: readonly T[],
  group: string | undefined,
  turn: number,
): T | undefined {
  const ofGroup = targets.filter(({ at }) => at.targetGroupArn === group);
  const healthy = ofGroup.filter(({ state }) => state === "healthy");
  const usable = healthy.length > 0 ? healthy : ofGroup.filter(({ state }) => state === "unhealthy");
  return usable[turn % usable.length];
}
