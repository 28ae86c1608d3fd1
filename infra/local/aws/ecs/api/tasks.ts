import { DesiredStatus } from "@aws-sdk/client-ecs";
import { AwsError } from "../../wire/service.js";
import { within } from "../model/arns.js";
import type { ClusterRecord, EcsState, Tag, TaskDefinitionRecord, TaskRecord } from "../model/state.js";
import { containersOf, object, objects, subnetOf } from "../model/task-definition.js";
import { createTask, stopTask } from "../scheduler/tasks.js";
import { stoppedReason } from "../words.js";
import type { JsonObject, Operations } from "./context.js";
import { number, pick, text, texts } from "./context.js";
import { oneOf } from "./enums.js";
import { invalid } from "./errors.js";
import { findCluster, peekTask, peekTaskDefinition, serviceArnOf } from "./lookup.js";
import { page } from "./paging.js";
import { checkLaunch, checkNetwork } from "./service-rules.js";
import { checkedTags, tagsOf } from "./tags.js";
import { taskSize } from "./task-size.js";
import { taskView } from "./task-view.js";

const RUN_AT_ONCE = 10;
const DESCRIBED_AT_ONCE = 100;
/** Milliseconds for which a client token is remembered at most; it is forgotten with its tasks, an hour after their end. */
const TOKEN_KEPT = 24 * 3_600_000;

export const taskOperations: Operations = (api) => ({
  RunTask: (input, caller) => {
    const { state } = api.engine;
    const cluster = findCluster(state, caller, input);
    const count = number(input, "count") ?? 1;
    if (count < 1 || count > RUN_AT_ONCE) throw invalid(`count must be between 1 and ${RUN_AT_ONCE}.`);
    const taskDefinition = runnable(peekTaskDefinition(state, caller, text(input, "taskDefinition") ?? ""));
    checkLaunch(input);
    checkNetwork(object(input.networkConfiguration));
    const overrides = checkOverrides(object(input.overrides), taskDefinition);
    const group = text(input, "group") ?? `family:${taskDefinition.family}`;
    if (group.startsWith("service:"))
      throw invalid("The group name must not start with 'service:', which is reserved.");
    const startedBy = text(input, "startedBy");
    if (startedBy !== undefined && startedBy.length > 128)
      throw invalid("startedBy must not be longer than 128 characters.");
    if ((text(input, "clientToken") ?? "").length > 64)
      throw invalid("clientToken must not be longer than 64 characters.");
    const tags = [...propagated(state, input, taskDefinition), ...checkedTags(input)];
    return api.engine.change((world) => {
      forgetTokens(world.state, world.now);
      const repeated = repeatOf(world.state, cluster, input);
      if (repeated !== undefined) return answer(world.state, repeated);
      const tasks = Array.from({ length: count }, () =>
        createTask(world, {
          clusterArn: cluster.arn,
          group,
          ...(startedBy !== undefined && { startedBy }),
          taskDefinition,
          subnetId: subnetOf(input.networkConfiguration),
          platformVersion: "1.4.0",
          overrides,
          extra: pick(input, ["enableExecuteCommand"]),
        }),
      );
      for (const task of tasks) if (tags.length > 0) world.state.tags[task.arn] = tags;
      remember(world.state, cluster, input, tasks, world.now);
      return answer(world.state, tasks);
    });
  },

  StopTask: (input, caller) => {
    const cluster = findCluster(api.engine.state, caller, input);
    return api.engine.change((world) => {
      const task = peekTask(world.state, cluster, text(input, "task") ?? "");
      if (task === undefined) throw invalid("The referenced task was not found.");
      stopTask(world, task, { code: "UserInitiated", reason: text(input, "reason") ?? stoppedReason.user() });
      return { task: taskView(task) };
    });
  },

  DescribeTasks: (input, caller) => {
    const { state } = api.engine;
    const cluster = findCluster(state, caller, input);
    const asked = texts(input, "tasks");
    if (asked.length === 0) throw invalid("Tasks cannot be empty.");
    if (asked.length > DESCRIBED_AT_ONCE) throw invalid(`Tasks cannot have more than ${DESCRIBED_AT_ONCE} items.`);
    const withTags = texts(input, "include").includes("TAGS");
    const tasks: JsonObject[] = [];
    const failures: JsonObject[] = [];
    for (const reference of asked) {
      const task = peekTask(state, cluster, reference);
      if (task !== undefined) tasks.push({ ...taskView(task), tags: withTags ? tagsOf(state, task.arn) : [] });
      else
        failures.push({
          arn: reference.startsWith("arn:") ? reference : within(cluster.arn, "task", reference),
          reason: "MISSING",
        });
    }
    return { tasks, failures };
  },

  ListTasks: (input, caller) => {
    const { state } = api.engine;
    const cluster = findCluster(state, caller, input);
    const found = Object.values(state.tasks).filter((task) => task.clusterArn === cluster.arn);
    const { items, ...next } = page(found.filter(filterOf(state, cluster, input)), input, {
      keyOf: (task) => task.arn,
      size: 100,
    });
    return { taskArns: items.map((task) => task.arn), ...next };
  },
});

function runnable(record: TaskDefinitionRecord | undefined): TaskDefinitionRecord {
  if (record === undefined) throw invalid("TaskDefinition not found.");
  if (record.status !== "ACTIVE") throw invalid("TaskDefinition is inactive");
  return record;
}

function checkOverrides(overrides: JsonObject, { document }: TaskDefinitionRecord): JsonObject {
  const names = new Set(containersOf(document).map((container) => container.name));
  for (const { name } of objects(overrides.containerOverrides)) {
    if (!names.has(name ?? null))
      throw invalid(`Override for container named ${name} is not a container in the TaskDefinition.`);
  }
  if (overrides.cpu === undefined && overrides.memory === undefined) return overrides;
  const size = taskSize(overrides.cpu ?? document.cpu, overrides.memory ?? document.memory);
  return { ...overrides, cpu: String(size.cpu), memory: String(size.memory) };
}

/** A task of its own has no service whose tags it could take. A tag that is sent takes the place of the definition's. */
function propagated(state: EcsState, input: JsonObject, { arn }: TaskDefinitionRecord): Tag[] {
  const from = text(input, "propagateTags") ?? "NONE";
  if (from === "SERVICE") throw invalid("propagateTags SERVICE is not supported when running a task.");
  const sent = new Set(checkedTags(input).map(({ key }) => key));
  return from === "TASK_DEFINITION" ? (state.tags[arn] ?? []).filter(({ key }) => !sent.has(key)) : [];
}

/** ListTasks shows what should run unless it is told otherwise; `startedBy` stands alone. */
function filterOf(state: EcsState, cluster: ClusterRecord, input: JsonObject): (task: TaskRecord) => boolean {
  const [startedBy, family, serviceName] = ["startedBy", "family", "serviceName"].map((name) => text(input, name));
  if (startedBy !== undefined && (family !== undefined || serviceName !== undefined)) {
    throw invalid("cannot specify startedBy together with other filters");
  }
  if (family !== undefined && serviceName !== undefined) throw invalid("cannot specify both family and serviceName");
  const service = serviceName === undefined ? undefined : serviceArnOf(cluster, serviceName);
  if (service !== undefined && state.services[service] === undefined) {
    throw new AwsError("ServiceNotFoundException", "Service not found.");
  }
  oneOf("desiredStatus", input.desiredStatus, DesiredStatus);
  const desired = text(input, "desiredStatus") ?? "RUNNING";
  return (task) =>
    task.desiredStatus === desired &&
    (startedBy === undefined || task.startedBy === startedBy) &&
    (service === undefined || task.serviceArn === service) &&
    (family === undefined || state.taskDefinitions[task.taskDefinition]?.family === family) &&
    (input.launchType === undefined || input.launchType === "FARGATE") &&
    input.containerInstance === undefined;
}

const answer = (state: EcsState, tasks: readonly TaskRecord[]): JsonObject => ({
  tasks: tasks.map((task) => ({ ...taskView(task), tags: tagsOf(state, task.arn) })),
  failures: [],
});

const tokenKey = (cluster: ClusterRecord, input: JsonObject) => `${cluster.arn} ${text(input, "clientToken") ?? ""}`;

/** The tasks that the same request with the same client token has started before. */
function repeatOf(state: EcsState, cluster: ClusterRecord, input: JsonObject): TaskRecord[] | undefined {
  const known = text(input, "clientToken") === undefined ? undefined : state.clientTokens[tokenKey(cluster, input)];
  if (known === undefined) return undefined;
  if (known.request !== canonical(input)) {
    throw new AwsError("ConflictException", "The RunTask request could not be processed due to conflicts.", 400, {
      resourceIds: known.tasks,
    });
  }
  return known.tasks.map((arn) => state.tasks[arn]).filter((task): task is TaskRecord => task !== undefined);
}

function remember(state: EcsState, cluster: ClusterRecord, input: JsonObject, tasks: TaskRecord[], at: number): void {
  if (text(input, "clientToken") === undefined) return;
  state.clientTokens[tokenKey(cluster, input)] = {
    request: canonical(input),
    tasks: tasks.map((task) => task.arn),
    at,
  };
}

function forgetTokens(state: EcsState, now: number): void {
  for (const [key, { at, tasks }] of Object.entries(state.clientTokens)) {
    const isForgotten = tasks.every((arn) => state.tasks[arn] === undefined);
    if (isForgotten || at < now - TOKEN_KEPT) delete state.clientTokens[key];
  }
}

const canonical = (input: JsonObject) => JSON.stringify(Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1)));
