import type { LoadBalancerTarget, TargetHealth } from "../ecs/task-runtime.js";

/** Properties of a target that routing uses. */
export interface Candidate {
  at: Pick<LoadBalancerTarget, "targetGroupArn" | "serviceName">;
  state: TargetHealth["state"];
}

/**
 * Returns the target group of a request: the one whose service name or own name is the first label of the Host. When all targets belong to
 * one group, it is the default. Pure.
 */
export function chooseTargetGroup(targets: readonly Candidate[], host = ""): string | undefined {
  const label = host.split(/[.:]/)[0]?.toLowerCase();
  const named = targets.find(({ at }) =>
    [at.serviceName, groupName(at.targetGroupArn)].some((name) => name.toLowerCase() === label),
  );
  if (named) return named.at.targetGroupArn;
  const groups = new Set(targets.map(({ at }) => at.targetGroupArn));
  return groups.size === 1 ? [...groups][0] : undefined;
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

/** `arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID` */
function groupName(targetGroupArn: string): string {
  return targetGroupArn.split("/")[1] ?? "";
}
