import type { JsonObject } from "../../aws/raw-task-definition.js";
import { InputError } from "../../common/errors.js";
import { sizeMistakes } from "../../config/task-size.js";
import { objects } from "../../ecs/containers.js";
import type { Overrides } from "./overrides.js";

/**
 * Returns the members of the task's size that the overrides change.
 * @throws InputError when Fargate has no task of that size, or when the containers need a larger one.
 */
export function taskSize(taskDefinition: JsonObject, { cpu, memory }: Overrides): JsonObject {
  if (cpu === undefined && memory === undefined) return {};
  const size = { cpu: cpu ?? Number(taskDefinition.cpu), memory: memory ?? Number(taskDefinition.memory) };
  const isFargate = (taskDefinition.requiresCompatibilities as string[] | undefined)?.includes("FARGATE");
  const mistakes = isFargate ? sizeMistakes(size) : [];
  if (mistakes.length > 0) {
    throw new InputError(
      "bad-size",
      `Fargate has no task of ${size.cpu} CPU units and ${size.memory} MiB: ${mistakes.join("; ")}.`,
    );
  }
  for (const what of ["cpu", "memory"] as const) refuseTooSmall(taskDefinition, what, size[what]);
  return {
    ...(cpu !== undefined && { cpu: String(cpu) }),
    ...(memory !== undefined && { memory: String(memory) }),
  };
}

/**
 * ECS refuses a task that is smaller than what its containers reserve together:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
function refuseTooSmall(taskDefinition: JsonObject, what: "cpu" | "memory", size: number): void {
  const reserved = reservedBy(taskDefinition, what);
  if (Number.isNaN(size) || reserved <= size) return;
  const unit = what === "cpu" ? "CPU units" : "MiB";
  throw new InputError(
    "bad-size",
    `A task of ${size} ${unit} is too small: its containers reserve ${reserved} ${unit}. Accepted: --${what} ${reserved} or more, or lower "${what}" of the containers in the task definition first.`,
  );
}

/** Returns the CPU units or the MiB that the containers of a task reserve together. */
export function reservedBy(taskDefinition: JsonObject, what: "cpu" | "memory"): number {
  return objects(taskDefinition.containerDefinitions)
    .map((container) => Number(what === "cpu" ? container.cpu : (container.memoryReservation ?? container.memory)) || 0)
    .reduce((sum, one) => sum + one, 0);
}
