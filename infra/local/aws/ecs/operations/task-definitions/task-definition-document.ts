import type { TaskDefinitionRecord } from "../../model/ecs-state.js";
import { containersOf, networkModeOf, objects } from "../../model/task-definition-json.js";
import type { JsonObject } from "../common/operation-context.js";
import { seconds, times } from "../common/operation-context.js";
import { completePort } from "./port-rules.js";
import { instanceTaskSize } from "./task-size.js";
import { completeVolume } from "./volume-rules.js";

/** Returns a task definition as it is registered: the request and the members that ECS adds. */
export function definitionDocument(
  input: JsonObject,
  by: { arn: string; revision: number; now: number; registeredBy: string; compatibilities: string[] },
): JsonObject {
  const { tags: _tags, ...sent } = input;
  const { cpu, memory } = instanceTaskSize(input.cpu, input.memory);
  const networkMode = networkModeOf(input);
  return {
    placementConstraints: [],
    ...sent,
    networkMode,
    ...(cpu !== undefined && { cpu: String(cpu) }),
    ...(memory !== undefined && { memory: String(memory) }),
    volumes: objects(input.volumes).map(completeVolume),
    containerDefinitions: containersOf(input).map((container) => completeContainer(container, networkMode)),
    taskDefinitionArn: by.arn,
    revision: by.revision,
    status: "ACTIVE",
    requiresAttributes: requiredAttributes(input),
    compatibilities: by.compatibilities,
    registeredAt: seconds(by.now),
    registeredBy: by.registeredBy,
  };
}

function completeContainer(container: JsonObject, networkMode: string): JsonObject {
  return {
    cpu: 0,
    essential: true,
    environment: [],
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
    ...container,
    portMappings: objects(container.portMappings).map((mapping) => completePort(mapping, networkMode)),
    ...(container.healthCheck && {
      healthCheck: { interval: 30, timeout: 5, retries: 3, ...(container.healthCheck as JsonObject) },
    }),
  };
}

/** Returns the capabilities that ECS derives from the members of a task definition. */
function requiredAttributes(input: JsonObject): JsonObject[] {
  const containers = containersOf(input);
  const names = new Set<string>(["com.amazonaws.ecs.capability.docker-remote-api.1.18"]);
  if (networkModeOf(input) === "awsvpc") names.add("ecs.capability.task-eni");
  if (input.taskRoleArn) names.add("com.amazonaws.ecs.capability.task-iam-role");
  if (input.executionRoleArn)
    names.add("ecs.capability.execution-role-ecr-pull").add("com.amazonaws.ecs.capability.ecr-auth");
  for (const container of containers) {
    const logs = container.logConfiguration as JsonObject | undefined;
    if (logs?.logDriver === "awslogs") {
      names.add("com.amazonaws.ecs.capability.logging-driver.awslogs").add("ecs.capability.execution-role-awslogs");
    }
    if (objects(container.secrets).length > 0) names.add("ecs.capability.secrets.ssm.environment-variables");
    if (container.healthCheck) names.add("ecs.capability.container-health-check");
  }
  return [...names].sort().map((name) => ({ name }));
}

/** Returns a task definition as DescribeTaskDefinition returns it, without its tags. */
export function definitionView({
  document,
  status,
  deregisteredAt,
  deleteRequestedAt,
}: TaskDefinitionRecord): JsonObject {
  return { ...document, status, ...times({ deregisteredAt, deleteRequestedAt }) };
}
