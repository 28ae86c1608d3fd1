import type { JsonObject, RawTaskDefinition } from "../aws/raw-task-definition.js";
import { InputError } from "../common/errors.js";
import { parseImage } from "../common/image-reference.js";
import { hint } from "../common/name-suggestions.js";
import type { Target } from "../config/target.js";
import { isMoving, usualVariable, type VersionVariable, variableOf } from "../config/version.js";
import { revisionTag } from "./revision-tags.js";

/** Image and version of the named container of a task definition. */
export interface Running {
  /** ARN of the revision. */
  taskDefinition: string;
  /** As the task definition names it. */
  image: string;
  /** `sha256:…`, where the image is named by digest. */
  digest?: string;
  /** As the container's variable has it, the revision's tag, or the image's. */
  version?: string;
  /** Present where only the image's tag names the version: the app may answer another one. */
  versionFrom?: "image-tag";
}

/** @throws InputError when there is no such container; it names those there are. */
export function containerOf(taskDefinition: JsonObject, name: string): JsonObject {
  const containers = objects(taskDefinition.containerDefinitions);
  const container = containers.find((one) => one.name === name);
  if (container) return container;
  const names = containers.map((one) => String(one.name));
  throw new InputError(
    "no-container",
    `Task definition ${taskDefinition.taskDefinitionArn} has no container "${name}". ${hint("containers", name, names)} Correct "container" in the target.`,
  );
}

/** Returns the containers that a release changes, the target's main container first. */
export function containersOf({
  container,
  containers = [],
}: Pick<Target, "container" | "containers">): [string, ...string[]] {
  return [container, ...containers.filter((name) => name !== container)];
}

/** Returns the image that a revision runs in the target's container, with the version that its variable, its tags or its image name. */
export function runningOf(
  { taskDefinition, tags }: RawTaskDefinition,
  target: Pick<Target, "container" | "versionVariable">,
): Running {
  const { version, ...running } = runningIn(taskDefinition, target.container, variableOf(target));
  if (version !== undefined) return { ...running, version };
  const tagged = new Map(tags.map(({ key, value }) => [key, value]));
  const own = tagged.get(revisionTag.version);
  // A copy that another tool made keeps the tags and may have another image.
  if (own !== undefined && running.digest !== undefined && tagged.get(revisionTag.digest) === running.digest)
    return { ...running, version: own };
  const { tag: ofImage } = parseImage(running.image);
  return ofImage === undefined || isMoving(ofImage)
    ? running
    : { ...running, version: ofImage, versionFrom: "image-tag" };
}

/** Returns the image that the named container runs, with the version in its variable. */
export function runningIn(
  taskDefinition: JsonObject,
  containerName: string,
  variable: VersionVariable = usualVariable,
): Running {
  const container = containerOf(taskDefinition, containerName);
  const image = String(container.image);
  const digest = /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
  const version = objects(container.environment).find((one) => one.name === variable)?.value;
  return {
    taskDefinition: String(taskDefinition.taskDefinitionArn),
    image,
    ...(digest !== undefined && { digest }),
    ...(version !== undefined && { version: String(version) }),
  };
}

/** Returns the objects of a list in raw JSON; an absent list counts as empty. */
export function objects(list: JsonObject[string] | undefined): JsonObject[] {
  return (list ?? []) as JsonObject[];
}

/** Returns the platform of a task, such as `linux/amd64`. The default of a task definition is Linux on X86_64. */
export function platformOf(taskDefinition: JsonObject): string {
  const { cpuArchitecture = "X86_64", operatingSystemFamily = "LINUX" } = (taskDefinition.runtimePlatform ??
    {}) as Record<string, string>;
  const os = operatingSystemFamily.startsWith("WINDOWS") ? "windows" : "linux";
  return `${os}/${cpuArchitecture === "ARM64" ? "arm64" : "amd64"}`;
}
