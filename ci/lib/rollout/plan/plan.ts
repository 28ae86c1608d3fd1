import { createPatch, type Operation } from "rfc6902";
import type { JsonObject, RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { containerOf, objects, usualVariable, type VersionVariable } from "../../ecs/containers.js";
import type { Release } from "../session.js";
import { type Change, describeChanges } from "./changes.js";
import { nextContainer } from "./container-changes.js";
import { noOverrides, type Overrides } from "./overrides.js";
import { taskSize } from "./task-size-override.js";

export type { Change } from "./changes.js";

/** What a deploy changes of the task definition, as data. */
export interface Plan {
  /** The body of RegisterTaskDefinition, tags included. */
  registration: JsonObject;
  /** From the current revision to the next, without tags and without what only ECS can say: https://www.rfc-editor.org/rfc/rfc6902 */
  patch: Operation[];
  /** The same for people; without the values of variables. */
  changes: Change[];
}

/** What DescribeTaskDefinition answers and RegisterTaskDefinition does not take. */
export const answeredOnly: ReadonlySet<string> = new Set([
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
 * The next revision: the current one with another image and version in the named containers, with what is asked for, and nothing else.
 * @param containers The first takes the variables and secrets that are asked for; the others run the same image beside it.
 * @param tags The attempt's own, from `attemptTags`.
 * @param variable Carries the version in each of them; with false none does.
 * @throws InputError when there is no such container, that variable comes from a secret or is overridden, or there is no task of the size asked for.
 */
export function plan(
  current: RawTaskDefinition,
  containers: readonly [string, ...string[]],
  release: Release,
  tags: Record<string, string>,
  overrides: Overrides = noOverrides,
  variable: VersionVariable = usualVariable,
): Plan {
  const { taskDefinition } = current;
  const [container, ...others] = containers.map((name) => containerOf(taskDefinition, name)) as [JsonObject];
  const changed = new Map([[container, nextContainer(container, release, overrides, variable)]]);
  for (const other of others) changed.set(other, nextContainer(other, release, noOverrides, variable));
  const kept = Object.fromEntries(Object.entries(taskDefinition).filter(([name]) => !answeredOnly.has(name)));
  const next = {
    ...kept,
    ...taskSize(taskDefinition, overrides),
    containerDefinitions: objects(taskDefinition.containerDefinitions).map((one) => changed.get(one) ?? one),
  };
  return {
    registration: { ...next, tags: nextTags(current.tags, tags) },
    patch: createPatch(kept, next),
    changes: [
      ...describeChanges(taskDefinition, container, release, overrides, variable),
      ...others.flatMap((other) => describeChanges(taskDefinition, other, release, noOverrides, variable)),
    ],
  };
}

/** AWS's own tags can't be sent; those of an earlier attempt say nothing about this one. */
export function nextTags(carried: RawTaskDefinition["tags"], own: Record<string, string>): JsonObject[] {
  const kept = carried.filter(({ key }) => !key.startsWith("aws:") && !key.startsWith("slipway:"));
  return [...kept.map((tag) => ({ ...tag })), ...Object.entries(own).map(([key, value]) => ({ key, value }))];
}
