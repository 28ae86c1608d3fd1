import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateRepositoryCommand, ECRClient } from "@aws-sdk/client-ecr";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from "@aws-sdk/client-ecs";
import type { LocalAwsProcess } from "./local-aws.js";
import type { UserTarget } from "./service-file.js";
import { advancedConfigurationOf, configurationOf, type Strategy, targetGroupOf } from "./strategy.js";

/** Part of the sample's target that the rehearsal reads; the module validates the whole file. */
export interface SampleTarget extends UserTarget {
  containerPort: number;
  cpu: number;
  memory: number;
  desiredCount: number;
}

/**
 * Reads the sample's target and the file beside it from which Terraform creates the service.
 * @param folder Directory of the targets; by default that of this checkout.
 */
export async function readSampleTarget(folder = new URL("../../targets/", import.meta.url)): Promise<SampleTarget> {
  const names = ["production.json", "production.terraform.json"];
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), "utf8")));
  return Object.assign({}, ...texts.map((text) => JSON.parse(text) as object)) as SampleTarget;
}

interface Credentials {
  AccessKeyId: string;
  SecretAccessKey: string;
}

export interface LocalClients {
  ecs: ECSClient;
  ecr: ECRClient;
  logs: CloudWatchLogsClient;
}

export async function connect(
  aws: Pick<LocalAwsProcess, "url" | "credentialsFile">,
  target: Pick<SampleTarget, "region">,
): Promise<LocalClients> {
  const keys = JSON.parse(await readFile(aws.credentialsFile, "utf8")) as Credentials;
  const config = {
    endpoint: aws.url,
    region: target.region,
    credentials: { accessKeyId: keys.AccessKeyId, secretAccessKey: keys.SecretAccessKey },
  };
  return { ecs: new ECSClient(config), ecr: new ECRClient(config), logs: new CloudWatchLogsClient(config) };
}

/**
 * Creates the prerequisites of a service as infra/terraform does: the empty repository, the cluster and the log groups.
 *
 * @param groups Further log groups.
 */
export async function createPrerequisites(
  { ecs, ecr, logs }: LocalClients,
  target: Pick<SampleTarget, "repository" | "cluster" | "service">,
  groups: string[] = [],
): Promise<void> {
  await Promise.all([
    ecr.send(new CreateRepositoryCommand({ repositoryName: target.repository, imageTagMutability: "IMMUTABLE" })),
    ecs.send(new CreateClusterCommand({ clusterName: target.cluster })),
    ...[...new Set([logGroup(target), ...groups])].map((logGroupName) =>
      logs.send(new CreateLogGroupCommand({ logGroupName })),
    ),
  ]);
}

/** Creates the service with its first version as infra/terraform does. Resolves when its deployment is completed. */
export async function createService(
  { ecs }: LocalClients,
  target: SampleTarget,
  image: string,
  version: string,
  signal: AbortSignal,
  strategy?: Strategy,
): Promise<void> {
  const taskDefinition = {
    family: target.family,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: String(target.cpu),
    memory: String(target.memory),
    executionRoleArn: `arn:aws:iam::${target.account}:role/${target.service}-execution`,
    taskRoleArn: `arn:aws:iam::${target.account}:role/${target.service}-task`,
    containerDefinitions: [
      {
        name: target.container,
        image,
        essential: true,
        portMappings: [{ containerPort: target.containerPort, protocol: "tcp" }],
        environment: [
          { name: "PORT", value: String(target.containerPort) },
          { name: "VERSION", value: version },
        ],
        readonlyRootFilesystem: true,
        stopTimeout: 30,
        healthCheck: {
          command: ["CMD", "python3", "/app/healthcheck.py"],
          interval: 10,
          timeout: 5,
          retries: 3,
          startPeriod: 15,
        },
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": logGroup(target),
            "awslogs-region": target.region,
            "awslogs-stream-prefix": target.container,
          },
        },
      },
    ],
  } satisfies RegisterTaskDefinitionCommandInput;
  const balanced = { containerName: target.container, containerPort: target.containerPort };
  await startService(ecs, target, { taskDefinition, balanced }, signal, strategy);
}

/** Parameters of a new service. */
export interface ServiceDescription {
  taskDefinition: RegisterTaskDefinitionCommandInput;
  /** Container and port behind the load balancer; absent for a service without requests. */
  balanced?: { containerName: string; containerPort: number };
}

/** Creates a service with its first version. Resolves when its deployment is completed. @throws {Error} The version did not start. */
export async function startService(
  ecs: ECSClient,
  target: Pick<SampleTarget, "region" | "account" | "cluster" | "service"> & { desiredCount?: number },
  { taskDefinition, balanced }: ServiceDescription,
  signal: AbortSignal,
  strategy: Strategy = "rolling",
): Promise<void> {
  const registered = await ecs.send(new RegisterTaskDefinitionCommand(taskDefinition));
  const { service, desiredCount = 1 } = target;
  const advancedConfiguration = advancedConfigurationOf(target, strategy);
  await ecs.send(
    new CreateServiceCommand({
      cluster: target.cluster,
      serviceName: service,
      taskDefinition: registered.taskDefinition?.taskDefinitionArn,
      desiredCount,
      launchType: "FARGATE",
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ["subnet-00000000000000001"], securityGroups: ["sg-00000000000000001"] },
      },
      ...(balanced && {
        loadBalancers: [
          {
            targetGroupArn: targetGroupOf(target),
            ...balanced,
            ...(advancedConfiguration && { advancedConfiguration }),
          },
        ],
        healthCheckGracePeriodSeconds: 30,
      }),
      deploymentConfiguration: configurationOf(strategy),
    }),
  );
  await waitUntilCompleted(ecs, target, signal);
}

/** Polls until the deployment is completed. The SDK's waiter is not enough: it resolves when the tasks run, before the deployment is completed. */
async function waitUntilCompleted(
  ecs: ECSClient,
  { cluster, service }: Pick<SampleTarget, "cluster" | "service">,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    const { rolloutState, rolloutStateReason } = services?.[0]?.deployments?.[0] ?? {};
    if (rolloutState === "COMPLETED") return;
    if (rolloutState === "FAILED") throw new Error(`The first version did not start: ${rolloutStateReason}`);
    await delay(250, undefined, { signal });
  }
}

function logGroup(target: Pick<SampleTarget, "service">): string {
  return `/ecs/${target.service}`;
}
