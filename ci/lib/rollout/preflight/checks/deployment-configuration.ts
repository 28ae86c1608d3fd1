import type { JsonObject } from "../../../aws/raw-task-definition.js";
import { objects } from "../../../ecs/containers.js";
import { isOnFargate } from "../fargate.js";
import { error, type Finding as TopicFinding, warning } from "../finding.js";
import type { BaseFacts } from "../shared-reads.js";

const ids = ["no-room-to-replace", "fixed-host-port", "no-circuit-breaker"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** Checks that the service's limits let ECS start a new task or stop an old one at the desired count. */
export function roomToReplace({ service, desiredCount }: BaseFacts): Finding[] {
  const {
    strategy = "ROLLING",
    minimumHealthyPercent = 100,
    maximumPercent = 200,
  } = service.deploymentConfiguration ?? {};
  // The other strategies start a whole second set of tasks and ignore the limits.
  if (strategy !== "ROLLING" || desiredCount === 0) return [];
  // A service without tasks has nothing to replace.
  if (service.runningCount === 0 && service.pendingCount === 0) return [];
  const least = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
  const most = Math.floor((desiredCount * maximumPercent) / 100);
  if (most > desiredCount || least < desiredCount) return [];
  return error(
    "no-room-to-replace",
    `With a desired count of ${desiredCount}, minimumHealthyPercent ${minimumHealthyPercent} keeps ${least} tasks running and maximumPercent ${maximumPercent} allows ${most}: ECS can neither start a new task nor stop an old one.`,
    "Raise maximumPercent (200 lets a whole second set start), or lower minimumHealthyPercent.",
  );
}

/**
 * Checks for a fixed host port on container instances: one task of an instance has it, so that a new task needs an instance without a
 * task of the service while all old ones keep running. The number of instances is not read.
 */
export function hostPort({ service, next, desiredCount }: BaseFacts): Finding[] {
  const [port] = isOnFargate(next, service) ? [] : fixedPorts(next);
  const { strategy = "ROLLING", minimumHealthyPercent = 100 } = service.deploymentConfiguration ?? {};
  const keepsAll = Math.ceil((desiredCount * minimumHealthyPercent) / 100) >= desiredCount;
  const runs = (service.runningCount ?? 0) > 0 && desiredCount > 0;
  if (port === undefined || !runs || (strategy === "ROLLING" && !keepsAll)) return [];
  return warning(
    "fixed-host-port",
    `Each task takes port ${port} of its instance, and all old tasks keep running until new ones are healthy: a new task waits for an instance where that port is free.`,
    "Have more instances than tasks, use hostPort 0 or the network mode awsvpc, or lower minimumHealthyPercent so that an old task may stop first.",
  );
}

/** With `bridge`, the default on EC2, a host port of 0 or none is assigned from the free ports. */
function fixedPorts({ networkMode = "bridge", containerDefinitions }: JsonObject): number[] {
  const mappings = objects(containerDefinitions).flatMap(({ portMappings }) => objects(portMappings));
  if (networkMode !== "bridge" && networkMode !== "host") return [];
  return mappings
    .map(({ hostPort, containerPort }) => Number(hostPort ?? (networkMode === "host" ? containerPort : 0)))
    .filter((port) => port > 0);
}

/** Checks that the deployment circuit breaker is on and rolls back. */
export function circuitBreaker({ service }: BaseFacts): Finding[] {
  const breaker = service.deploymentConfiguration?.deploymentCircuitBreaker;
  if (breaker?.enable && breaker.rollback) return [];
  return warning(
    "no-circuit-breaker",
    breaker?.enable
      ? "The deployment circuit breaker is on, but does not roll back: a failed rollout stays where it stopped."
      : "The deployment circuit breaker is off: ECS keeps starting tasks that fail.",
    "Set deploymentCircuitBreaker to enable and rollback in the service's deployment configuration.",
  );
}

export const deploymentConfigurationTopic = {
  ids,
  judge: (facts: BaseFacts): Finding[] => [...roomToReplace(facts), ...hostPort(facts), ...circuitBreaker(facts)],
};
