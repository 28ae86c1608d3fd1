import { setTimeout as delay } from "node:timers/promises";
import {
  type ContainerDefinition,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  type DeploymentLifecycleHook,
  DescribeServicesCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import type { JsonObject } from "../../infra/local/aws/index.js";
import type { CompleteTarget } from "../scenario/complete-target.js";
import type { ServiceSettings } from "../scenario/scenario.js";
import type { PublishedImage } from "./publish-image.js";
import type { Clients } from "./sdk-clients.js";

/** Creates the service with its first version; waits until its deployment is COMPLETED, or FAILED where it must fail. */
export async function createService(
  clients: Clients,
  target: CompleteTarget,
  settings: ServiceSettings,
  first: PublishedImage,
  wanted: "COMPLETED" | "FAILED",
): Promise<void> {
  const taskDefinition = await register(clients, target, settings, first);
  const input = serviceInput(target, settings, taskDefinition);
  const { lifecycleHooks, earlySuccessCriteria, ...deploymentConfiguration } = input.deploymentConfiguration ?? {};
  await clients.ecs.send(new CreateServiceCommand({ ...input, deploymentConfiguration }));
  await waitForRolloutState(clients, target, wanted);
  if (!lifecycleHooks && !earlySuccessCriteria) return;
  // Set last: a hook that waits for a user must not block the first deployment.
  const { cluster, service } = target;
  await clients.ecs.send(
    new UpdateServiceCommand({ cluster, service, deploymentConfiguration: input.deploymentConfiguration }),
  );
}

/** Registers the service's task definition for a version and returns the revision's ARN. */
async function register(
  { ecs }: Clients,
  target: CompleteTarget,
  settings: ServiceSettings,
  { version, image }: PublishedImage,
): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: target.family,
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: String(target.created.cpu),
      memory: String(target.created.memory),
      executionRoleArn: `arn:aws:iam::${target.account}:role/${target.service}-execution`,
      containerDefinitions: [
        containerDefinition(target, settings, version, image),
        // All containers use one image, also the sidecar; its script decides its behaviour.
        ...((settings.sidecars ?? []) as unknown as ContainerDefinition[]).map((sidecar) => ({ ...sidecar, image })),
      ],
    }),
  );
  return taskDefinition?.taskDefinitionArn ?? "";
}

/** Deploys a version as another user would. */
export async function deployByHand(
  clients: Clients,
  target: CompleteTarget,
  settings: ServiceSettings,
  version: PublishedImage,
): Promise<void> {
  const { cluster, service } = target;
  const taskDefinition = await register(clients, target, settings, version);
  await clients.ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition }));
}

/** Time limit in milliseconds; longer than a deployment takes at AWS's own times. */
const LIMIT = 15 * 60_000;

/** The SDK's own waiter calls a service stable as soon as its tasks run, while its deployment is still unfinished. */
export async function waitForRolloutState(
  { ecs }: Clients,
  target: CompleteTarget,
  wanted: "COMPLETED" | "FAILED",
): Promise<void> {
  const { cluster, service } = target;
  for (const end = performance.now() + LIMIT; ; ) {
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    const [primary, ...others] = services?.[0]?.deployments ?? [];
    if (primary?.rolloutState === wanted && others.length === 0) return;
    if (performance.now() >= end) {
      const last = services?.[0]?.events?.[0]?.message ?? "no event";
      throw new Error(`${service} is not ${wanted} after ${LIMIT / 60_000} min: ${last}`);
    }
    await delay(100);
  }
}

function serviceInput(
  target: CompleteTarget,
  settings: ServiceSettings,
  taskDefinition: string,
): CreateServiceCommandInput {
  const { desiredCount = 1, minimumHealthyPercent = 100, maximumPercent = 200, breaker = "rollback" } = settings;
  const { more = {}, breakerSettings = {}, alarms = [], hooks = [], healthCheckGracePeriodSeconds } = settings;
  const { deploymentConfiguration, ...rest } = more as { deploymentConfiguration?: JsonObject };
  const deploymentCircuitBreaker = {
    enable: breaker !== "off",
    rollback: breaker === "rollback",
    ...breakerSettings,
  };
  return {
    cluster: target.cluster,
    serviceName: target.service,
    taskDefinition,
    desiredCount,
    launchType: "FARGATE",
    networkConfiguration: {
      awsvpcConfiguration: { subnets: ["subnet-00000000000000001"], securityGroups: ["sg-00000000000000001"] },
    },
    deploymentConfiguration: {
      minimumHealthyPercent,
      maximumPercent,
      deploymentCircuitBreaker,
      ...(alarms.length > 0 && { alarms: { alarmNames: alarms, enable: true, rollback: breaker === "rollback" } }),
      ...(hooks.length > 0 && { lifecycleHooks: hooks as unknown as DeploymentLifecycleHook[] }),
      ...deploymentConfiguration,
    },
    ...(isBalanced(settings) && {
      loadBalancers: [
        {
          targetGroupArn: `arn:aws:elasticloadbalancing:${target.region}:${target.account}:targetgroup/${target.service}/0123456789abcdef`,
          containerName: target.container,
          containerPort: target.containerPort,
        },
      ],
    }),
    ...(healthCheckGracePeriodSeconds !== undefined && { healthCheckGracePeriodSeconds }),
    ...rest,
  };
}

function containerDefinition(
  target: CompleteTarget,
  settings: ServiceSettings,
  version: string,
  image: string,
): ContainerDefinition {
  const isChecked = settings.check === "container" || settings.check === "both";
  return {
    name: target.container,
    image,
    essential: true,
    portMappings: [{ containerPort: target.containerPort, protocol: "tcp" }],
    environment: [
      { name: "PORT", value: String(target.containerPort) },
      { name: "VERSION", value: version },
    ],
    ...(isChecked && { healthCheck: { command: ["CMD", "python3", "/app/healthcheck.py"], interval: 10, retries: 3 } }),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logGroupOf(target),
        "awslogs-region": target.region,
        "awslogs-stream-prefix": target.container,
      },
    },
    ...settings.container,
  };
}

const isBalanced = ({ check }: ServiceSettings) => check === "load-balancer" || check === "both";

export const logGroupOf = (target: CompleteTarget) => `/ecs/${target.service}`;
