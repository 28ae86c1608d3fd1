import type { TaskDefinitionRecord } from "../../model/ecs-state.js";
import { containersOf, objects } from "../../model/task-definition-json.js";
import { invalidParameter } from "../common/ecs-errors.js";
import type { JsonObject } from "../common/operation-context.js";
import { pick } from "../common/operation-context.js";
import { instanceTaskSize, taskSize } from "../task-definitions/task-size.js";

/** Members that RunTask can override: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html */
const OF_TASK = ["cpu", "memory", "executionRoleArn", "taskRoleArn", "ephemeralStorage"];
const OF_CONTAINER = [
  "name",
  "command",
  "environment",
  "environmentFiles",
  "cpu",
  "memory",
  "memoryReservation",
  "resourceRequirements",
];

/** Checks RunTask's overrides and returns the members that ECS knows: an unknown one must not change a container. */
export function checkedOverrides(
  sent: JsonObject,
  { document }: TaskDefinitionRecord,
  onInstances: boolean,
): JsonObject {
  const overrides = pick(sent, OF_TASK);
  const containerOverrides = objects(sent.containerOverrides).map((each) => pick(each, OF_CONTAINER));
  checkNames(containerOverrides, document);
  if (containerOverrides.length > 0) overrides.containerOverrides = containerOverrides;
  if (overrides.cpu === undefined && overrides.memory === undefined) return overrides;
  const [cpu, memory] = [overrides.cpu ?? document.cpu, overrides.memory ?? document.memory];
  const size = onInstances ? instanceTaskSize(cpu, memory) : taskSize(cpu, memory);
  return {
    ...overrides,
    ...(size.cpu !== undefined && { cpu: String(size.cpu) }),
    ...(size.memory !== undefined && { memory: String(size.memory) }),
  };
}

function checkNames(containerOverrides: readonly JsonObject[], document: JsonObject): void {
  const names = new Set(containersOf(document).map((container) => container.name));
  for (const { name } of containerOverrides) {
    if (typeof name !== "string" || name === "")
      throw invalidParameter("ContainerOverride.name should not be null or empty.");
    if (!names.has(name))
      throw invalidParameter(`Override for container named ${name} is not a container in the TaskDefinition.`);
  }
}
