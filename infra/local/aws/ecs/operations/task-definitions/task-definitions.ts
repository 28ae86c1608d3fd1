import { SortOrder, TaskDefinitionFamilyStatus, TaskDefinitionStatus } from "@aws-sdk/client-ecs";
import { familyKey, prefixOf, type Scope, taskDefinitionArn } from "../../model/ecs-arns.js";
import type { EcsState, TaskDefinitionRecord } from "../../model/ecs-state.js";
import { checkedTags, tagsOf } from "../resource-tags.js";
import { client } from "../shared/ecs-errors.js";
import { oneOf } from "../shared/enums.js";
import { peekTaskDefinition } from "../shared/find-resources.js";
import { page } from "../shared/key-paging.js";
import type { Caller, JsonObject, Operations } from "../shared/operation-context.js";
import { text, texts } from "../shared/operation-context.js";
import { deleteTaskDefinitions } from "./delete-task-definitions.js";
import { definitionDocument, definitionView } from "./task-definition-document.js";
import { checkTaskDefinition } from "./task-definition-rules.js";

export const taskDefinitionOperations: Operations = (api) => ({
  RegisterTaskDefinition: (input, caller) => {
    const { compatibilities } = checkTaskDefinition(input);
    const tags = checkedTags(input);
    return api.engine.change(({ state, now }) => {
      const record = register(state, caller, input, { now, compatibilities });
      if (tags.length > 0) state.tags[record.arn] = tags;
      return { taskDefinition: record.document, tags: tagsOf(state, record.arn) };
    });
  },

  DescribeTaskDefinition: (input, caller) => {
    const { state } = api.engine;
    const record = peekTaskDefinition(state, caller, text(input, "taskDefinition") ?? "");
    if (record === undefined) throw client("Unable to describe task definition.");
    const withTags = texts(input, "include").includes("TAGS");
    return { taskDefinition: definitionView(record), ...(withTags && { tags: tagsOf(state, record.arn) }) };
  },

  DeregisterTaskDefinition: (input, caller) => {
    const reference = text(input, "taskDefinition") ?? "";
    if (!/:\d+$/.test(reference)) throw client("Invalid revision number. Revision must be a positive integer.");
    return api.engine.change(({ state, now }) => {
      const record = peekTaskDefinition(state, caller, reference);
      if (record === undefined) throw client("The specified task definition does not exist.");
      if (record.status === "ACTIVE") record.status = "INACTIVE";
      record.deregisteredAt ??= now;
      return { taskDefinition: definitionView(record) };
    });
  },

  DeleteTaskDefinitions: deleteTaskDefinitions(api),

  ListTaskDefinitions: (input, caller) => {
    oneOf("status", input.status, TaskDefinitionStatus);
    oneOf("sort", input.sort, SortOrder);
    const status = text(input, "status") ?? "ACTIVE";
    const family = text(input, "familyPrefix");
    const found = ownDefinitions(api.engine.state, caller).filter(
      (each) => each.status === status && (family === undefined || each.family === family),
    );
    const { items, ...next } = page(found, input, {
      keyOf: ({ family: name, revision }) => `${name}:${String(revision).padStart(10, "0")}`,
      descending: input.sort === "DESC",
      size: 100,
    });
    return { taskDefinitionArns: items.map((each) => each.arn), ...next };
  },

  ListTaskDefinitionFamilies: (input, caller) => {
    const status = text(input, "status") ?? "ALL";
    oneOf("status", input.status, TaskDefinitionFamilyStatus);
    const active = new Map<string, boolean>();
    for (const each of ownDefinitions(api.engine.state, caller)) {
      active.set(each.family, (active.get(each.family) ?? false) || each.status === "ACTIVE");
    }
    const found = [...active]
      .filter(
        ([family, isActive]) =>
          family.startsWith(text(input, "familyPrefix") ?? "") &&
          (status === "ALL" || isActive === (status === "ACTIVE")),
      )
      .map(([family]) => family);
    const { items, ...next } = page(found, input, { keyOf: (family) => family, size: 100 });
    return { families: items, ...next };
  },
});

const ownDefinitions = (state: EcsState, caller: Scope) =>
  Object.values(state.taskDefinitions).filter((each) => each.arn.startsWith(prefixOf(caller)));

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
