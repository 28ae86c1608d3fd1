import { createPatch, type Operation } from "rfc6902";
import type { JsonObject, RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { usualVariable, type VersionVariable } from "../../config/version.js";
import { containerOf, objects } from "../../ecs/containers.js";
import type { Release } from "../session.js";
import { type Change, describeChanges } from "./changes.js";
import { nextContainer } from "./container-changes.js";
import { noOverrides, type Overrides } from "./overrides.js";
import { taskSize } from "./task-size-override.js";

export type { Change } from "./changes.js";

/** Changes of a deploy to the task definition, as data. */
export interface Plan {
  /** The body of RegisterTaskDefinition, tags included. */
  registration: JsonObject;
  /** From the current revision to the next, without tags and members that only ECS sets: https://www.rfc-editor.org/rfc/rfc6902 */
  patch: Operation[];
  /** The same in readable form, without the values of variables. */
  changes: Change[];
}

/** Members that DescribeTaskDefinition returns and RegisterTaskDefinition does not accept. */
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
 * Returns the next revision: the current one with another image and version in the named containers and with the overrides.
 * @param containers The first takes the overridden variables and secrets; the others run the same image beside it.
 * @param tags The deploy's own, from `revisionTags`.
 * @param variable Holds the version in each container; with false no variable does.
 * @throws InputError when there is no such container, that variable comes from a secret or is overridden, or Fargate has no task of the requested size.
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

/** Leaves out AWS's own tags, which can't be sent, and the tags of an earlier deploy. */
export function nextTags(carried: RawTaskDefinition["tags"], own: Record<string, string>): JsonObject[] {
  const kept = carried.filter(({ key }) => !key.startsWith("aws:") && !key.startsWith("slipway:"));
  return [...kept.map((tag) => ({ ...tag })), ...Object.entries(own).map(([key, value]) => ({ key, value }))];
}
