import { within } from "../model/ecs-arns.js";
import type { DeploymentRecord, ServiceRecord } from "../model/ecs-state.js";
import { named } from "../model/own-members.js";
import { containersOf } from "../model/task-definition-json.js";
import { digits } from "../seeded-random.js";
import { breakerThreshold } from "./deployment-limits.js";
import type { World } from "./scheduler-context.js";

/** Keeps what the service is now as a service revision, and answers its ARN. */
export function recordRevision(world: World, service: ServiceRecord, digests: Record<string, string>): string {
  const arn = within(service.clusterArn, "service-revision", `${service.name}/${digits(world.random, 19)}`);
  const definition = world.state.taskDefinitions[service.taskDefinition];
  world.state.serviceRevisions[arn] = {
    arn,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    taskDefinition: service.taskDefinition,
    settings: service.settings,
    containerImages: containersOf(definition?.document ?? {}).map((container) => {
      const containerName = String(container.name);
      const imageDigest = named(digests, containerName);
      return { containerName, image: String(container.image), ...(imageDigest !== undefined && { imageDigest }) };
    }),
    createdAt: world.now,
  };
  return arn;
}

/** Keeps a new deployment as a service deployment, the service's newest. */
export function recordServiceDeployment(
  world: World,
  service: ServiceRecord,
  deployment: DeploymentRecord,
  sources: string[],
): void {
  const breaker = service.deploymentConfiguration.deploymentCircuitBreaker;
  world.state.serviceDeployments[deployment.serviceDeploymentArn] = {
    arn: deployment.serviceDeploymentArn,
    serviceArn: service.arn,
    clusterArn: service.clusterArn,
    deploymentId: deployment.id,
    sourceRevisions: sources,
    targetRevision: deployment.serviceRevisionArn,
    status: "PENDING",
    createdAt: world.now,
    updatedAt: world.now,
    deploymentConfiguration: structuredClone(service.deploymentConfiguration),
    breaker: {
      status: breaker.enable ? "MONITORING" : "DISABLED",
      failureCount: 0,
      threshold: breakerThreshold(service.desiredCount, breaker),
    },
  };
  service.serviceDeployments.push(deployment.serviceDeploymentArn);
}
