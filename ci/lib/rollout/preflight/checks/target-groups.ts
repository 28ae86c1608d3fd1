import type { JsonObject } from "../../../aws/raw-task-definition.js";
import { targetGroupName } from "../../../common/aws-names.js";
import { fixOf, type Readable } from "../../../common/readable.js";
import { objects } from "../../../ecs/containers.js";
import { readTargetGroups, type TargetGroup, targetGroupsOf } from "../../watch/target-groups.js";
import { error, notRead, type Finding as TopicFinding, warning } from "../finding.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";

const ids = ["target-groups", "health-check-port", "short-grace"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

export interface TargetGroupsFacts {
  /** The existing ones of the target groups that the service names. */
  targetGroups: Readable<TargetGroup[]>;
}

/** Checks that the service's target groups exist, and that their health checks can pass in the time that a task has. */
export function loadBalancer({ service, next, targetGroups }: BaseFacts & TargetGroupsFacts): Finding[] {
  if ("unknown" in targetGroups) return unread(targetGroups.unknown);
  const found = targetGroups.value;
  const missing = targetGroupsOf(service).filter((arn) => !found.some((one) => one.arn === arn));
  return [
    ...missing.flatMap(isMissing),
    ...found.filter(({ arn, isUnused }) => isUnused && isRegisteredWith(service, arn)).flatMap(unused),
    ...found.flatMap((one) => healthCheckPort(one, next)),
    ...found.flatMap((one) => gracePeriod(one, service.healthCheckGracePeriodSeconds)),
  ];
}

function unread(reason: string): Finding[] {
  return notRead(
    "target-groups",
    `The health checks of the load balancer could not be read: ${reason}.`,
    fixOf(
      reason,
      "Allow elasticloadbalancing:DescribeTargetGroups and elasticloadbalancing:DescribeTargetGroupAttributes on all resources: neither can be limited to one.",
    ),
  );
}

function isMissing(arn: string): Finding[] {
  return error(
    "target-groups",
    `The service registers its tasks with ${arn}, and there is no such target group.`,
    "Create it again and name it in the service's load balancers: aws ecs update-service --load-balancers …",
  );
}

/** A rolling deployment registers no task with the alternate target group. */
function isRegisteredWith(
  { loadBalancers = [], deploymentConfiguration = {} }: BaseFacts["service"],
  arn: string,
): boolean {
  const isRolling = (deploymentConfiguration.strategy ?? "ROLLING") === "ROLLING";
  return !isRolling || loadBalancers.some(({ targetGroupArn }) => targetGroupArn === arn);
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html#target-health-states */
function unused({ arn }: TargetGroup): Finding[] {
  return error(
    "target-groups",
    `No load balancer uses the target group ${targetGroupName(arn)}: its targets stay in the state unused, and ECS waits for them to become healthy.`,
    "Name it in a listener rule, with weight 0 where it must not get requests: aws elbv2 modify-rule.",
  );
}

/** Gives a warning only: in a network mode without port mappings another process may listen on the port. */
function healthCheckPort({ arn, healthCheck: { port } }: TargetGroup, next: JsonObject): Finding[] {
  if (port === "traffic-port" || isExposed(next, Number(port))) return [];
  return warning(
    "health-check-port",
    `The health check of ${targetGroupName(arn)} uses port ${port}, which no container of the task definition exposes.`,
    `Expose it in the container's portMappings, or use the traffic port: aws elbv2 modify-target-group --target-group-arn ${arn} --health-check-port traffic-port.`,
  );
}

function isExposed({ networkMode, containerDefinitions }: JsonObject, port: number): boolean {
  // With bridge and default the load balancer reaches the host's port, which ECS assigns where none is named.
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

/** The time that a task takes to start is not known; the least time that a late target needs is. */
function gracePeriod({ arn, healthCheck }: TargetGroup, grace: number | undefined): Finding[] {
  const { healthyThreshold, intervalSeconds } = healthCheck;
  const least = healthyThreshold * intervalSeconds;
  if (!grace || grace >= least) return [];
  return warning(
    "short-grace",
    `The service's grace period is ${grace} s, and the health check of ${targetGroupName(arn)} needs at least ${least} s (${healthyThreshold} in a row, ${intervalSeconds} s apart) to pass for a task that failed it during its start: ECS would stop the task before.`,
    `Set healthCheckGracePeriodSeconds to more than ${least} and the time that a task takes to start, or lower the health check's interval or healthy threshold.`,
  );
}

export const targetGroupsTopic = {
  ids,
  read: async ({ session, service }: SharedReads): Promise<TargetGroupsFacts> => ({
    targetGroups: await readTargetGroups(session, service),
  }),
  judge: loadBalancer,
};
