import { SortOrder, TaskDefinitionFamilyStatus, TaskDefinitionStatus } from "@aws-sdk/client-ecs";
import { arnPrefix, familyKey, type Scope, taskDefinitionArn } from "../../model/ecs-arns.js";
import type { EcsState, TaskDefinitionRecord } from "../../model/ecs-state.js";
import { checkEnum, clientException } from "../common/ecs-errors.js";
import { tryFindTaskDefinition } from "../common/find-resources.js";
import { pageByKey } from "../common/key-paging.js";
import type { Caller, JsonObject, Operations } from "../common/operation-context.js";
import { textIn, textsIn } from "../common/operation-context.js";
import { checkedTags, tagsOf } from "../resource-tags.js";
import { deleteTaskDefinitions } from "./delete-task-definitions.js";
import { definitionDocument, definitionView } from "./task-definition-document.js";
import { checkTaskDefinition } from "./task-definition-rules.js";

export const taskDefinitionOperations: Operations = (api) => ({
  RegisterTaskDefinition: (input, caller) => {
    const { compatibilities } = checkTaskDefinition(input);
    const tags = checkedTags(input);
    return api.scheduler.change(({ state, now }) => {
      const record = register(state, caller, input, { now, compatibilities });
      if (tags.length > 0) state.tags[record.arn] = tags;
      return { taskDefinition: record.document, tags: tagsOf(state, record.arn) };
    });
  },

  DescribeTaskDefinition: (input, caller) => {
    const { state } = api.scheduler;
    const record = tryFindTaskDefinition(state, caller, textIn(input, "taskDefinition") ?? "");
    if (record === undefined) throw clientException("Unable to describe task definition.");
    const withTags = textsIn(input, "include").includes("TAGS");
    return { taskDefinition: definitionView(record), ...(withTags && { tags: tagsOf(state, record.arn) }) };
  },

  DeregisterTaskDefinition: (input, caller) => {
    const reference = textIn(input, "taskDefinition") ?? "";
    if (!/:\d+$/.test(reference))
      throw clientException("Invalid revision number. Revision must be a positive integer.");
    return api.scheduler.change(({ state, now }) => {
      const record = tryFindTaskDefinition(state, caller, reference);
      if (record === undefined) throw clientException("The specified task definition does not exist.");
      if (record.status === "ACTIVE") record.status = "INACTIVE";
      record.deregisteredAt ??= now;
      return { taskDefinition: definitionView(record) };
    });
  },

  DeleteTaskDefinitions: deleteTaskDefinitions(api),

  ListTaskDefinitions: (input, caller) => {
    checkEnum("status", input.status, TaskDefinitionStatus);
    checkEnum("sort", input.sort, SortOrder);
    const status = textIn(input, "status") ?? "ACTIVE";
    const family = textIn(input, "familyPrefix");
    const found = ownDefinitions(api.scheduler.state, caller).filter(
      (each) => each.status === status && (family === undefined || each.family === family),
    );
    const { items, ...next } = pageByKey(found, input, {
      keyOf: ({ family: name, revision }) => `${name}:${String(revision).padStart(10, "0")}`,
      descending: input.sort === "DESC",
      size: 100,
    });
    return { taskDefinitionArns: items.map((each) => each.arn), ...next };
  },

  ListTaskDefinitionFamilies: (input, caller) => {
    const status = textIn(input, "status") ?? "ALL";
    checkEnum("status", input.status, TaskDefinitionFamilyStatus);
    const active = new Map<string, boolean>();
    for (const each of ownDefinitions(api.scheduler.state, caller)) {
      active.set(each.family, (active.get(each.family) ?? false) || each.status === "ACTIVE");
    }
    const found = [...active]
      .filter(
        ([family, isActive]) =>
          family.startsWith(textIn(input, "familyPrefix") ?? "") &&
          (status === "ALL" || isActive === (status === "ACTIVE")),
      )
      .map(([family]) => family);
    const { items, ...next } = pageByKey(found, input, { keyOf: (family) => family, size: 100 });
    return { families: items, ...next };
  },
});

const ownDefinitions = (state: EcsState, caller: Scope) =>
  Object.values(state.taskDefinitions).filter((each) => each.arn.startsWith(arnPrefix(caller)));

function register(
  state: EcsState,
  caller: Caller,
  input: JsonObject,
  found: { now: number; compatibilities: string[] },
): TaskDefinitionRecord {
  const family = String(input.family);
  const key = familyKey(caller, family);
  const revision = (state.families[key] ?? 0) + 1;
  state.families[key] = revision;
  const arn = taskDefinitionArn(caller, family, revision);
  const document = definitionDocument(input, { arn, revision, registeredBy: caller.arn, ...found });
  const record: TaskDefinitionRecord = { arn, family, revision, status: "ACTIVE", document };
  state.taskDefinitions[arn] = record;
  return record;
}
