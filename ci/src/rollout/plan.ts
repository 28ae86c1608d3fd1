import type { JsonObject, RawTaskDefinition } from "../aws/raw.js";
import { InputError } from "../errors.js";
import { containerOf, objects, versionVariable } from "./containers.js";
import type { Release } from "./release.js";

/** What a deploy changes, as data. */
export interface Plan {
  /** The body of RegisterTaskDefinition, tags included. */
  registration: JsonObject;
  changes: Change[];
}

export interface Change {
  /** Such as `image of app`. */
  what: string;
  /** Absent for what is added. */
  from?: string;
  to: string;
}

/** What DescribeTaskDefinition answers and RegisterTaskDefinition does not take. */
const answeredOnly = new Set([
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "deregisteredAt",
  "deleteRequestedAt",
  "registeredBy",
]);

/**
 * The next revision: the current one with another image and VERSION in the named container, and nothing else.
 * @param tags The attempt's own, from `attemptTags`.
 * @throws InputError when there is no such container, or its VERSION comes from a secret.
 */
export function plan(
  current: RawTaskDefinition,
  containerName: string,
  release: Release,
  tags: Record<string, string>,
): Plan {
  const { taskDefinition } = current;
  const container = containerOf(taskDefinition, containerName);
  refuseVersionSecret(container);
  const next = { ...container, image: release.image, environment: withVersion(container, release.version) };
  const kept = Object.fromEntries(Object.entries(taskDefinition).filter(([name]) => !answeredOnly.has(name)));
  const containerDefinitions = objects(taskDefinition.containerDefinitions).map((one) =>
    one === container ? next : one,
  );
  return {
    registration: { ...kept, containerDefinitions, tags: nextTags(current.tags, tags) },
    changes: changesOf(container, release),
  };
}

function withVersion(container: JsonObject, version: string): JsonObject[] {
  const environment = objects(container.environment);
  const entry = { name: versionVariable, value: version };
  return environment.some((variable) => variable.name === versionVariable)
    ? environment.map((variable) => (variable.name === versionVariable ? { ...variable, ...entry } : variable))
    : [...environment, entry];
}

/** AWS's own tags can't be sent; those of an earlier attempt say nothing about this one. */
function nextTags(carried: RawTaskDefinition["tags"], own: Record<string, string>): JsonObject[] {
  const kept = carried.filter(({ key }) => !key.startsWith("aws:") && !key.startsWith("slipway:"));
  return [...kept.map((tag) => ({ ...tag })), ...Object.entries(own).map(([key, value]) => ({ key, value }))];
}

function changesOf(container: JsonObject, release: Release): Change[] {
  const version = objects(container.environment).find((variable) => variable.name === versionVariable)?.value;
  const changes: Change[] = [
    { what: `image of ${container.name}`, from: String(container.image), to: release.image },
    {
      what: `${versionVariable} of ${container.name}`,
      ...(version !== undefined && { from: String(version) }),
      to: release.version,
    },
  ];
  return changes.filter(({ from, to }) => from !== to);
}

function refuseVersionSecret(container: JsonObject): void {
  if (!objects(container.secrets).some((secret) => secret.name === versionVariable)) return;
  throw new InputError(
    "version-is-a-secret",
    `Container "${container.name}" takes ${versionVariable} from a secret, and ECS refuses a variable of the same name beside it. Remove ${versionVariable} from its "secrets" and deploy again.`,
  );
}
