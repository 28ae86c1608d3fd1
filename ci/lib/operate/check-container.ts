import type { RawTaskDefinition } from "../aws/raw-task-definition.js";
import { nameIn } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import { choices } from "../common/name-suggestions.js";
import { objects } from "../ecs/containers.js";

/** @throws InputError for a container that the running revision does not have. */
export function checkContainer({ taskDefinition }: RawTaskDefinition, name: string): void {
  const names = objects(taskDefinition.containerDefinitions).map((one) => String(one.name));
  if (names.includes(name)) return;
  const { suggestion, list } = choices(name, names);
  throw new InputError(
    "no-container",
    `There is no container ${JSON.stringify(name.slice(0, 100))} in ${nameIn(String(taskDefinition.taskDefinitionArn))}. ${suggestion}Accepted: ${list}.`,
  );
}
