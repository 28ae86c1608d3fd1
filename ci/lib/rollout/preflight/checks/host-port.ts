import type { JsonObject } from "../../../aws/raw-task-definition.js";
import { objects } from "../../../ecs/containers.js";
import type { PreflightFacts } from "../facts.js";
import { isOnFargate } from "../fargate.js";
import type { Finding } from "../finding.js";

/**
 * On container instances a fixed host port is one task's: while the service keeps all old tasks running, each new one needs an instance
 * without any. How many instances there are is not read.
 */
export function hostPort({ service, next, desiredCount }: PreflightFacts): Finding[] {
  const [port] = isOnFargate(next, service) ? [] : fixedPorts(next);
  const { strategy = "ROLLING", minimumHealthyPercent = 100 } = service.deploymentConfiguration ?? {};
  const keepsAll = Math.ceil((desiredCount * minimumHealthyPercent) / 100) >= desiredCount;
  const runs = (service.runningCount ?? 0) > 0 && desiredCount > 0;
  if (port === undefined || !runs || (strategy === "ROLLING" && !keepsAll)) return [];
  return [
    {
      id: "fixed-host-port",
      level: "warning",
      what: `Each task takes port ${port} of its instance, and all old tasks keep running until new ones are healthy: a new task waits for an instance where that port is free.`,
      fix: "Have more instances than tasks, use hostPort 0 or the network mode awsvpc, or lower minimumHealthyPercent so that an old task may stop first.",
    },
  ];
}

/** With `bridge`, which is what EC2 takes where nothing is said, a host port of 0 or none is any that is free. */
function fixedPorts({ networkMode = "bridge", containerDefinitions }: JsonObject): number[] {
  const mappings = objects(containerDefinitions).flatMap(({ portMappings }) => objects(portMappings));
  if (networkMode !== "bridge" && networkMode !== "host") return [];
  return mappings
    .map(({ hostPort, containerPort }) => Number(hostPort ?? (networkMode === "host" ? containerPort : 0)))
    .filter((port) => port > 0);
}
