import { SortOrder, TaskDefinitionFamilyStatus, TaskDefinitionStatus } from "@aws-sdk/client-ecs";
import { familyKey, prefixOf, type Scope, taskDefinitionArn } from "../model/arns.js";
import type { EcsState, TaskDefinitionRecord } from "../model/state.js";
import { containersOf, objects } from "../model/task-definition.js";
import type { Caller, JsonObject, Operations } from "./context.js";
import { seconds, text, texts, times } from "./context.js";
import { oneOf } from "./enums.js";
import { client } from "./errors.js";
import { peekTaskDefinition } from "./lookup.js";
import { page } from "./paging.js";
import { checkedTags, tagsOf } from "./tags.js";
import { checkTaskDefinition } from "./task-definition-rules.js";
import { taskSize } from "./task-size.js";

export const taskDefinitionOperations: Operations = (api) => ({
  RegisterTaskDefinition: (input, caller) => {
    checkTaskDefinition(input);
    const tags = checkedTags(input);
    return api.engine.change(({ state, now }) => {
      const record = register(state, caller, input, now);
      if (tags.length > 0) state.tags[record.arn] = tags;
      return { taskDefinition: record.document, tags: tagsOf(state, record.arn) };
    });
  },

  DescribeTaskDefinition: (input, caller) => {
    const { state } = api.engine;
    const record = peekTaskDefinition(state, caller, text(input, "taskDefinition") ?? "");
    if (record === undefined) throw client("Unable to describe task definition.");
    const withTags = texts(input, "include").includes("TAGS");
    return { taskDefinition: view(record), ...(withTags && { tags: tagsOf(state, record.arn) }) };
  },

  DeregisterTaskDefinition: (input, caller) => {
    const reference = text(input, "taskDefinition") ?? "";
    if (!/:\d+$/.test(reference)) throw client("Invalid revision number. Revision must be a positive integer.");
    return api.engine.change(({ state, now }) => {
      const record = peekTaskDefinition(state, caller, reference);
      if (record === undefined) throw client("The specified task definition does not exist.");
      record.status = "INACTIVE";
      record.deregisteredAt ??= now;
      return { taskDefinition: view(record) };
    });
  },

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

function register(state: EcsState, caller: Caller, input: JsonObject, now: number): TaskDefinitionRecord {
  const family = String(input.family);
  const key = familyKey(caller, family);
  const revision = (state.families[key] ?? 0) + 1;
  state.families[key] = revision;
  const arn = taskDefinitionArn(caller, family, revision);
  const document = complete(input, { arn, revision, now, registeredBy: caller.arn });
  const record: TaskDefinitionRecord = { arn, family, revision, status: "ACTIVE", document };
  state.taskDefinitions[arn] = record;
  return record;
}

/** What was sent, and beside it what ECS fills in. */
function complete(
  input: JsonObject,
  by: { arn: string; revision: number; now: number; registeredBy: string },
): JsonObject {
  const { tags: _tags, ...sent } = input;
  const size = taskSize(input.cpu, input.memory);
  return {
    volumes: [],
    placementConstraints: [],
    ...sent,
    cpu: String(size.cpu),
    memory: String(size.memory),
    containerDefinitions: containersOf(input).map(completeContainer),
    taskDefinitionArn: by.arn,
    revision: by.revision,
    status: "ACTIVE",
    requiresAttributes: requiredAttributes(input),
    compatibilities: ["EC2", "FARGATE"],
    registeredAt: seconds(by.now),
    registeredBy: by.registeredBy,
  };
}

function completeContainer(container: JsonObject): JsonObject {
  return {
    cpu: 0,
    essential: true,
    environment: [],
    mountPoints: [],
    volumesFrom: [],
    systemControls: [],
    ...container,
    portMappings: objects(container.portMappings).map((mapping) => ({
      protocol: "tcp",
      ...mapping,
      hostPort: mapping.containerPort ?? null,
    })),
    ...(container.healthCheck && {
      healthCheck: { interval: 30, timeout: 5, retries: 3, ...(container.healthCheck as JsonObject) },
    }),
  };
}

/** The capabilities that ECS derives from the fields in use. */
function requiredAttributes(input: JsonObject): JsonObject[] {
  const containers = containersOf(input);
  const names = new Set<string>(["com.amazonaws.ecs.capability.docker-remote-api.1.18", "ecs.capability.task-eni"]);
  if (input.taskRoleArn) names.add("com.amazonaws.ecs.capability.task-iam-role");
  if (input.executionRoleArn)
    names.add("ecs.capability.execution-role-ecr-pull").add("com.amazonaws.ecs.capability.ecr-auth");
  for (const container of containers) {
    const logs = container.logConfiguration as JsonObject | undefined;
    if (logs?.logDriver === "awslogs") {
      names.add("com.amazonaws.ecs.capability.logging-driver.awslogs").add("ecs.capability.execution-role-awslogs");
    }
    if (objects(container.secrets).length > 0) names.add("ecs.capability.secrets.ssm.environment-variables");
    if (container.healthCheck) names.add("ecs.capability.container-health-check");
  }
  return [...names].sort().map((name) => ({ name }));
}

function view(record: TaskDefinitionRecord): JsonObject {
  return { ...record.document, status: record.status, ...times({ deregisteredAt: record.deregisteredAt }) };
}
