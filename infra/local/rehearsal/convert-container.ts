import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { awslogs, type Container } from "./local-task-definition.js";
import { isObject, type JsonObject, objects, type UserTarget } from "./service-file.js";

/** Members of a container definition that the local ECS runs unchanged. */
const kept = [
  ...[
    "name",
    "essential",
    "entryPoint",
    "command",
    "workingDirectory",
    "user",
    "readonlyRootFilesystem",
    "healthCheck",
  ],
  ...["startTimeout", "mountPoints", "ulimits", "dockerLabels", "interactive", "pseudoTerminal", "cpu", "memory"],
  "memoryReservation",
];
/** Members that are replaced, or that have no effect here. */
const handled = ["image", "environment", "secrets", "portMappings", "dependsOn", "logConfiguration", "stopTimeout"];
const ineffective = ["repositoryCredentials", "versionConsistency", "hostname", "disableNetworking"];

/** Seconds: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html#ECS-Type-ContainerDefinition-stopTimeout */
const LONGEST_STOP = 120;

/**
 * Converts a container of the user's task definition to a local one.
 *
 * @param names Containers that are not left out.
 * @returns The container, and notes on the differences from the user's.
 */
export function convertContainer(
  given: JsonObject,
  target: UserTarget,
  names: readonly string[],
): { container: Container; notes: string[] } {
  const name = String(given.name);
  const secrets = objects(given.secrets).map((secret) => String(secret.name));
  const environment = objects(given.environment).map((one) => ({ name: String(one.name), value: String(one.value) }));
  const logs = logsOf(given, target);
  const ports = objects(given.portMappings).filter(({ containerPort }) => typeof containerPort === "number");
  const dependsOn = objects(given.dependsOn).filter(({ containerName }) => names.includes(String(containerName)));
  const container: unknown = {
    ...Object.fromEntries(Object.entries(given).filter(([key, value]) => kept.includes(key) && isStated(value))),
    name,
    environment: [...environment, ...secrets.map((secret) => ({ name: secret, value: `dummy-${secret}` }))],
    ...(ports.length > 0 && {
      portMappings: ports.map(({ containerPort, protocol = "tcp" }) => ({ containerPort, protocol })),
    }),
    ...(dependsOn.length > 0 && { dependsOn }),
    ...(typeof given.stopTimeout === "number" && { stopTimeout: Math.min(given.stopTimeout, LONGEST_STOP) }),
    ...(logs.configuration && { logConfiguration: logs.configuration }),
  };
  const others = Object.entries(given)
    .filter(([key, value]) => ![...kept, ...handled, ...ineffective].includes(key) && isStated(value))
    .map(([key]) => key);
  const notes = [
    ...(secrets.length > 0 ? [`the secrets ${secrets.join(", ")} have dummy values`] : []),
    ...logs.notes,
    ...(others.length > 0 ? [`${others.join(", ")} left out`] : []),
  ];
  return { container: container as Container, notes: notes.map((note) => `container ${name}: ${note}`) };
}

function logsOf(
  { name, logConfiguration }: JsonObject,
  target: UserTarget,
): { configuration?: ContainerDefinition["logConfiguration"]; notes: string[] } {
  if (!isObject(logConfiguration)) return { notes: [] };
  const local = awslogs(target, String(name));
  const { logDriver, options } = logConfiguration;
  if (logDriver !== "awslogs") {
    return {
      configuration: local,
      notes: [`logs go to the group /ecs/${target.service}, not to ${String(logDriver)}`],
    };
  }
  const stated = isObject(options) ? (options as Record<string, string>) : {};
  const configuration = { ...local, options: { ...local?.options, ...stated, "awslogs-region": target.region } };
  return { configuration: configuration as ContainerDefinition["logConfiguration"], notes: [] };
}

/** Returns false for the value that describe-task-definition prints for an omitted member: 0, an empty list, null. */
function isStated(value: unknown): boolean {
  if (value === null || value === undefined || value === 0) return false;
  return !(Array.isArray(value) && value.length === 0);
}
