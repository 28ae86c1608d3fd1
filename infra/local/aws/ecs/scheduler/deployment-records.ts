import { trafficStepsOf } from "../model/deployment-strategy.js";
import { resourceArn } from "../model/ecs-arns.js";
import type { DeploymentRecord, ServiceRecord } from "../model/ecs-state.js";
import { getOwn } from "../model/own-members.js";
import { containersOf } from "../model/task-definition-json.js";
import { randomDigits } from "../seeded-random.js";
import { breakerThreshold } from "./deployment-limits.js";
import type { SchedulerContext } from "./scheduler-context.js";
import { foundWeights } from "./strategies/traffic.js";

/** Adds a service revision of the service's present settings, and returns its ARN. */
export function recordRevision(
  context: SchedulerContext,
  service: ServiceRecord,
  digests: Record<string, string>,
): string {
  const arn = resourceArn(
    service.clusterArn,
    "service-revision",
    `${service.name}/${randomDigits(context.random, 19)}`,
  );
  const definition = context.state.taskDefinitions[service.taskDefinition];
  context.state.serviceRevisions[arn] = {
    arn,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    taskDefinition: service.taskDefinition,
    settings: service.settings,
    containerImages: containersOf(definition?.document ?? {}).map((container) => {
      const containerName = String(container.name);
      const imageDigest = getOwn(digests, containerName);
      return { containerName, image: String(container.image), ...(imageDigest !== undefined && { imageDigest }) };
    }),
    createdAt: context.now,
  };
  return arn;
}

/** Adds the service deployment of a new deployment as the service's newest. */
export function recordServiceDeployment(
  context: SchedulerContext,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  sources: string[],
): void {
  const breaker = service.deploymentConfiguration.deploymentCircuitBreaker;
  const traffic = trafficStepsOf(service.deploymentConfiguration.extra, context.timing.minute);
  context.state.serviceDeployments[deployment.serviceDeploymentArn] = {
    arn: deployment.serviceDeploymentArn,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    deploymentId: deployment.id,
    sourceRevisions: sources,
    targetRevision: deployment.serviceRevisionArn,
    status: "PENDING",
    createdAt: context.now,
    updatedAt: context.now,
    deploymentConfiguration: structuredClone(service.deploymentConfiguration),
    ...(traffic !== undefined && {
      traffic: { ...traffic, step: 0, test: 0, production: 0, ...foundWeights(context, service) },
    }),
    breaker: {
      status: breaker.enable && (traffic === undefined || context.breakerOnShifts) ? "MONITORING" : "DISABLED",
      failureCount: 0,
      threshold: breakerThreshold(service.desiredCount, breaker),
    },
  };
  service.serviceDeployments.push(deployment.serviceDeploymentArn);
}
