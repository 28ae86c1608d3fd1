import type { JsonObject } from "../../aws/raw.js";
import { InputError } from "../../errors.js";
import { hint } from "../../hint.js";
import type { Target } from "../../target.js";

/** What the named container of a task definition runs. */
export interface Running {
  /** ARN of the revision. */
  taskDefinition: string;
  /** As the task definition names it. */
  image: string;
  /** `sha256:…`, where the image is named by digest. */
  digest?: string;
  /** The container's VERSION, where it has one. */
  version?: string;
}

/** The variable that tells the app which version it is. */
export const versionVariable = "VERSION";

/** @throws InputError when there is no such container; it names those there are. */
export function containerOf(taskDefinition: JsonObject, name: string): JsonObject {
  const containers = objects(taskDefinition.containerDefinitions);
  const container = containers.find((one) => one.name === name);
  if (container) return container;
  throw new InputError(
    "no-container",
    `Task definition ${taskDefinition.taskDefinitionArn} has no container "${name}". ${hint("containers", name, { names: containers.map((one) => String(one.name)), more: false })} Correct "container" in the target.`,
  );
}

/** The containers that a release changes: the one that stands for it first. */
export function containersOf({
  container,
  containers = [],
}: Pick<Target, "container" | "containers">): [string, ...string[]] {
  return [container, ...containers.filter((name) => name !== container)];
}

export function runningIn(taskDefinition: JsonObject, containerName: string): Running {
  const container = containerOf(taskDefinition, containerName);
  const image = String(container.image);
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
  const version = objects(container.environment).find((variable) => variable.name === versionVariable)?.value;
  return {
    taskDefinition: String(taskDefinition.taskDefinitionArn),
    image,
    ...(digest !== undefined && { digest }),
    ...(version !== undefined && { version: String(version) }),
  };
}

/** The objects of a list in raw JSON; a member that is absent is an empty list. */
export function objects(list: JsonObject[string] | undefined): JsonObject[] {
  return (list ?? []) as JsonObject[];
}
