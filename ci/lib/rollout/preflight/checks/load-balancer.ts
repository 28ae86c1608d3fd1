import type { JsonObject } from "../../../aws/raw-task-definition.js";
import { fixOf } from "../../../aws/try-read.js";
import { objects } from "../../../ecs/containers.js";
import { type TargetGroup, targetGroupsOf } from "../../watch/target-groups.js";
import type { PreflightFacts } from "../facts.js";
import type { Finding } from "../finding.js";

/** The load balancer's target groups are there, and their health checks can find a task healthy in the time that it has. */
export function balancer({ service, next, targetGroups }: PreflightFacts): Finding[] {
  if ("unknown" in targetGroups) return [unread(targetGroups.unknown)];
  const found = targetGroups.value;
  const missing = targetGroupsOf(service).filter((arn) => !found.some((one) => one.arn === arn));
  return [
    ...missing.map(isMissing),
    ...found.flatMap((one) => healthCheckPort(one, next)),
    ...found.flatMap((one) => gracePeriod(one, service.healthCheckGracePeriodSeconds)),
  ];
}

function unread(reason: string): Finding {
  return {
    id: "target-groups",
    level: "not-checked",
    what: `How the load balancer checks the health of tasks could not be read: ${reason}.`,
    fix: fixOf(
      reason,
      "Allow elasticloadbalancing:DescribeTargetGroups and elasticloadbalancing:DescribeTargetGroupAttributes on all resources: neither can be held to one.",
    ),
  };
}

function isMissing(arn: string): Finding {
  return {
    id: "target-groups",
    level: "error",
    what: `The service registers its tasks with ${arn}, and there is no such target group.`,
    fix: "Create it anew and name it in the service's load balancers: aws ecs update-service --load-balancers …",
  };
}

/** A warning only: in a network mode without port mappings something else may answer on the port. */
function healthCheckPort({ arn, healthCheck: { port } }: TargetGroup, next: JsonObject): Finding[] {
  if (port === "traffic-port" || isExposed(next, Number(port))) return [];
  return [
    {
      id: "health-check-port",
      level: "warning",
      what: `The health check of ${nameOf(arn)} asks port ${port}, which no container of the task definition exposes.`,
      fix: `Expose it in the container's portMappings, or let the health check ask the traffic port: aws elbv2 modify-target-group --target-group-arn ${arn} --health-check-port traffic-port.`,
    },
  ];
}

function isExposed({ networkMode, containerDefinitions }: JsonObject, port: number): boolean {
  // With bridge and default what is reached is the host's port, which is any where none is named.
  const isOwn = networkMode === "awsvpc" || networkMode === "host";
  return objects(containerDefinitions)
    .flatMap((container) => objects(container.portMappings))
    .some(({ containerPort, hostPort, containerPortRange }) => {
      if (isOwn && typeof containerPortRange === "string") {
        const [first, last] = containerPortRange.split("-").map(Number);
        return first !== undefined && last !== undefined && first <= port && port <= last;
      }
      return (isOwn ? containerPort : hostPort) === port;
    });
}

/** How long a task takes to start can't be told from here; what a target that was late needs at the least can. */
function gracePeriod({ arn, healthCheck }: TargetGroup, grace: number | undefined): Finding[] {
  const { healthyThreshold, intervalSeconds } = healthCheck;
  const least = healthyThreshold * intervalSeconds;
  if (!grace || grace >= least) return [];
  return [
    {
      id: "short-grace",
      level: "warning",
      what: `The service's grace period is ${grace} s, and the health check of ${nameOf(arn)} needs ${least} s at the least (${healthyThreshold} in a row, ${intervalSeconds} s apart) to call a task healthy that it has found unhealthy while it started: ECS would stop it before.`,
      fix: `Set healthCheckGracePeriodSeconds to more than ${least} and the time that a task takes to start, or lower the health check's interval or healthy threshold.`,
    },
  ];
}

function nameOf(targetGroupArn: string): string {
  return targetGroupArn.split("/").at(-2) ?? targetGroupArn;
}
