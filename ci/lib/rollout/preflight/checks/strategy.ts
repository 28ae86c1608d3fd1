import type { LoadBalancer, Service } from "@aws-sdk/client-ecs";
import { primaryOf } from "../../../ecs/snapshot.js";
import { strategyOf, strategyText } from "../../plan/strategy.js";
import { error, type Finding as TopicFinding, warning } from "../finding.js";
import type { BaseFacts } from "../shared-reads.js";

const ids = ["strategy", "strategy-changes"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

/** Checks that the service has what the strategy needs that this deploy changes it to, and points out the change. */
export function strategyNeeds({ service, strategyChange, desiredCount }: BaseFacts): Finding[] {
  if (!strategyChange) return [];
  const { from, to } = strategyChange;
  if (from.name === to.name) return [];
  const lacks = to.name === "ROLLING" ? [] : whatLacks(service);
  return [
    ...lacks.flatMap((what) => error("strategy", `${what}, which ${to.name} needs.`, howToAdd)),
    ...(to.name === "BLUE_GREEN" && to.bake === undefined
      ? error("strategy", "BLUE_GREEN needs a bake time, and the service has none.", "Pass --bake MINUTES, such as 5.")
      : []),
    ...warning(
      "strategy-changes",
      `The strategy changes from ${strategyText(from)} to ${strategyText(to)} with this deploy: the first rollout with it begins from what the former one has left, and a rollback runs by the new one.${twice(desiredCount, to.name)}`,
      "Check its plan, and try it on a service that is not in production first.",
    ),
  ];
}

/** A quota of vCPUs and the room on container instances have to hold both sets. */
function twice(desiredCount: number, name: string): string {
  return name === "ROLLING"
    ? ""
    : ` Both revisions run at once: ${2 * desiredCount} tasks until the bake time is over.`;
}

const howToAdd =
  "Add it to the service's load balancers first: aws ecs update-service --load-balancers with advancedConfiguration (alternateTargetGroupArn, productionListenerRule, roleArn), or in the configuration that creates the service.";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/canary-deployment-implementation.html */
function whatLacks(service: Service): string[] {
  const { loadBalancers = [], deploymentConfiguration } = service;
  const { name } = strategyOf(deploymentConfiguration);
  // Service Connect shifts traffic without a load balancer, and BLUE_GREEN works without any traffic.
  const isConnected = primaryOf(service)?.serviceConnectConfiguration?.enabled === true;
  if (loadBalancers.length === 0)
    return isConnected || name === "BLUE_GREEN" ? [] : ["The service has neither a load balancer nor Service Connect"];
  return loadBalancers.flatMap(lacksIn);
}

function lacksIn({ containerName, containerPort, advancedConfiguration = {} }: LoadBalancer): string[] {
  const { alternateTargetGroupArn, productionListenerRule, roleArn } = advancedConfiguration;
  const needed = {
    "an alternate target group": alternateTargetGroupArn,
    "a production listener rule": productionListenerRule,
    "a role for ECS": roleArn,
  };
  const missing = Object.entries(needed).flatMap(([what, value]) => (value === undefined ? [what] : []));
  if (missing.length === 0) return [];
  return [`The load balancer of ${containerName}:${containerPort} lacks ${missing.join(" and ")}`];
}

export const strategyTopic = { ids, judge: strategyNeeds };
