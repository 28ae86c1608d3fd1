import type { JsonObject } from "../../aws/raw.js";
import { InputError } from "../../errors.js";
import { sizeMistakes } from "../../task-size.js";
import type { Overrides } from "./overrides.js";

/**
 * The task's size as far as another one is asked for.
 * @throws InputError when Fargate has no task of that size.
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
  return {
    ...(cpu !== undefined && { cpu: String(cpu) }),
    ...(memory !== undefined && { memory: String(memory) }),
  };
}
