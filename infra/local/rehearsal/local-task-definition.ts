import type { ContainerDefinition, HealthCheck, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { partitionOf } from "../aws/partition.js";
import { BadInput } from "./bad-input.js";
import type { ImageConfig } from "./published-image.js";
import type { UserTarget } from "./service-file.js";

export type TaskDefinition = RegisterTaskDefinitionCommandInput;

/** Released container without its image, which is known after it is published. */
export type Container = Omit<ContainerDefinition, "image" | "name"> & { name: string };

/** Default size of a task, in CPU units and MiB: a limit, not a reservation. */
const CPU = 1024;
const MEMORY = 2048;

/**
 * Returns the task definition of the first version.
 *
 * @param containers Containers that run the release.
 * @param version Value of the version variable.
 */
export function localTaskDefinition(
  target: UserTarget,
  containers: Container[],
  { image, version }: { image: string; version: string },
  rest: Partial<TaskDefinition> = {},
): TaskDefinition {
  const role = `arn:${partitionOf(target.region)}:iam::${target.account}:role/${target.service}`;
  return {
    executionRoleArn: `${role}-execution`,
    ...rest,
    family: target.family,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: String(rest.cpu ?? target.cpu ?? CPU),
    memory: String(rest.memory ?? target.memory ?? MEMORY),
    runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: process.arch === "arm64" ? "ARM64" : "X86_64" },
    containerDefinitions: containers.map((container) => ({
      ...container,
      image,
      environment: withVersion(container.environment, target.versionVariable ?? "VERSION", version),
    })),
  };
}

function withVersion(environment: ContainerDefinition["environment"] = [], name: string | false, value: string) {
  if (name === false) return environment;
  return [...environment.filter((variable) => variable.name !== name), { name, value }];
}

/**
 * Returns the container of a service that only a target describes, with the image's port and health check.
 *
 * @throws {BadInput} The port is ambiguous.
 */
export function containerOf(target: UserTarget, image: ImageConfig): Container {
  const healthCheck = healthCheckOf(image);
  return {
    name: target.container,
    essential: true,
    portMappings: [{ containerPort: target.containerPort ?? exposedPort(image), protocol: "tcp" }],
    ...(healthCheck && { healthCheck }),
    logConfiguration: awslogs(target, target.container),
  };
}

export function awslogs({ region, service }: UserTarget, prefix: string): ContainerDefinition["logConfiguration"] {
  const options = { "awslogs-group": `/ecs/${service}`, "awslogs-region": region, "awslogs-stream-prefix": prefix };
  return { logDriver: "awslogs", options };
}

/** Returns the port that an image exposes. @throws {BadInput} It exposes none, or several. */
export function exposedPort({ config }: ImageConfig): number {
  const ports = Object.keys(config?.ExposedPorts ?? {}).flatMap((port) => /^(\d+)(?:\/tcp)?$/.exec(port)?.[1] ?? []);
  const [port, ...others] = ports.map(Number).sort((a, b) => a - b);
  if (port !== undefined && others.length === 0) return port;
  const found = port === undefined ? "no port" : `the ports ${[port, ...others].join(", ")}`;
  throw new BadInput(
    `The image exposes ${found}, so the service's port is ambiguous. State one port: "EXPOSE 8080" in the ` +
      'Dockerfile, or "containerPort": 8080 in the target. For a service without requests, pass its task definition with --target.',
  );
}

/**
 * Returns the image's HEALTHCHECK within ECS's limits, in seconds; ECS itself reads only that of a task definition.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
export function healthCheckOf({ config }: ImageConfig): HealthCheck | undefined {
  const { Test = [], Interval, Timeout, StartPeriod, Retries } = config?.Healthcheck ?? {};
  if (Test.length < 2 || !["CMD", "CMD-SHELL"].includes(Test[0] ?? "")) return undefined;
  const within = (value: number, least: number, most: number) => Math.round(Math.min(Math.max(value, least), most));
  const seconds = (value: number | undefined, byDefault: number) => (value ? value / 1e9 : byDefault);
  return {
    command: Test,
    interval: within(seconds(Interval, 30), 5, 300),
    timeout: within(seconds(Timeout, 30), 2, 60),
    startPeriod: within(seconds(StartPeriod, 0), 0, 300),
    retries: within(Retries || 3, 1, 10),
  };
}
