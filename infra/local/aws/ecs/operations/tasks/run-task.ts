import { AwsError, type Operation } from "../../../protocol/service.js";
import { placementReasons } from "../../event-messages.js";
import type {
  ClusterRecord,
  EcsState,
  StrategyItem,
  Tag,
  TaskDefinitionRecord,
  TaskRecord,
} from "../../model/ecs-state.js";
import { object, objects, subnetOf } from "../../model/task-definition-json.js";
import { exceedsQuota, managedTags } from "../../scheduler/launch-tasks.js";
import { volumesAtLaunch } from "../../scheduler/launch-volumes.js";
import { nextProvider } from "../../scheduler/provider-strategy.js";
import type { SchedulerContext } from "../../scheduler/scheduler-context.js";
import { findPlace, instancesOf } from "../../scheduler/task-placement.js";
import { createTask, type TaskCapacity } from "../../scheduler/task-transitions.js";
import { invalidParameter } from "../common/ecs-errors.js";
import { findCluster, tryFindTaskDefinition } from "../common/find-resources.js";
import { checkLaunch, checkVolumesAtLaunch, type Launch, launchOf, runsOnInstances } from "../common/launch-rules.js";
import type { JsonObject, OperationContext } from "../common/operation-context.js";
import { numberIn, pick, textIn } from "../common/operation-context.js";
import { checkedTags, tagsOf } from "../resource-tags.js";
import { checkedOverrides } from "./task-overrides.js";
import { taskView } from "./task-view.js";

const RUN_AT_ONCE = 10;
/** Maximum time that a client token is kept, in milliseconds; it is removed with its tasks, an hour after their end. */
const TOKEN_KEPT = 24 * 3_600_000;

/** Starts stand-alone tasks. A task that can't be placed is returned as a failure. */
export const runTask =
  (api: OperationContext): Operation =>
  (input, caller) => {
    const { state } = api.scheduler;
    const cluster = findCluster(state, caller, input);
    const count = numberIn(input, "count") ?? 1;
    if (count < 1 || count > RUN_AT_ONCE) throw invalidParameter(`count must be between 1 and ${RUN_AT_ONCE}.`);
    const launch = launchOf(cluster, input);
    const taskDefinition = checkRunnable(tryFindTaskDefinition(state, caller, textIn(input, "taskDefinition") ?? ""));
    checkLaunch(launch, taskDefinition, input);
    checkVolumesAtLaunch(input.volumeConfigurations, taskDefinition);
    const overrides = checkedOverrides(object(input.overrides), taskDefinition, runsOnInstances(launch));
    const wanted = { cluster, taskDefinition, overrides, ...checkedNames(input, taskDefinition) };
    const tags = taskTags(state, input, wanted);
    return api.scheduler.change((context) => {
      removeExpiredTokens(context.state, context.now);
      const repeated = repeatOf(context.state, cluster, input);
      if (repeated !== undefined) return response(context.state, repeated);
      if (runsOnInstances(launch) && instancesOf(context.state, cluster.arn).length === 0) {
        throw invalidParameter("No Container Instances were found in your cluster.");
      }
      const tasks: TaskRecord[] = [];
      let failures: JsonObject[] = [];
      while (tasks.length < count && failures.length === 0) {
        const place = placeTask(context, launch, input, wanted, tasks);
        if ("failures" in place) failures = place.failures;
        else tasks.push(start(context, input, { ...wanted, tags, capacity: place }));
      }
      storeToken(context.state, cluster, input, tasks, context.now);
      return response(context.state, tasks, failures);
    });
  };

interface TaskRequest {
  cluster: ClusterRecord;
  taskDefinition: TaskDefinitionRecord;
  overrides: JsonObject;
  group: string;
  startedBy?: string;
}

function checkRunnable(record: TaskDefinitionRecord | undefined): TaskDefinitionRecord {
  if (record === undefined) throw invalidParameter("TaskDefinition not found.");
  if (record.status !== "ACTIVE") throw invalidParameter("TaskDefinition is inactive");
  return record;
}

function checkedNames(input: JsonObject, { family }: TaskDefinitionRecord): Pick<TaskRequest, "group" | "startedBy"> {
  const group = textIn(input, "group") ?? `family:${family}`;
  if (group.startsWith("service:"))
    throw invalidParameter("The group name must not start with 'service:', which is reserved.");
  const startedBy = textIn(input, "startedBy");
  if (startedBy !== undefined && startedBy.length > 128)
    throw invalidParameter("startedBy must not be longer than 128 characters.");
  if ((textIn(input, "clientToken") ?? "").length > 64)
    throw invalidParameter("clientToken must not be longer than 64 characters.");
  return { group, ...(startedBy !== undefined && { startedBy }) };
}

function placeTask(
  context: SchedulerContext,
  launch: Launch,
  input: JsonObject,
  { cluster, taskDefinition, overrides, group }: TaskRequest,
  started: readonly TaskRecord[],
): TaskCapacity | { failures: JsonObject[] } {
  if (!runsOnInstances(launch)) {
    const strategy: StrategyItem[] = "launchType" in launch ? [] : launch.capacityProviderStrategy;
    const running = started.map((task) => task.capacityProviderName);
    const capacity: TaskCapacity = {
      launchType: "FARGATE",
      ...(strategy.length > 0 && { capacityProviderName: nextProvider(strategy, running) }),
    };
    const isFull = exceedsQuota(context, cluster.arn, capacity, Number(overrides.cpu ?? taskDefinition.document.cpu));
    return isFull ? { failures: [{ reason: placementReasons.quota() }] } : capacity;
  }
  const place = findPlace(context.state, {
    clusterArn: cluster.arn,
    taskDefinition: taskDefinition.document,
    overrides,
    group,
    constraints: objects(input.placementConstraints),
    strategy: objects(input.placementStrategy),
  });
  if ("instance" in place) return { launchType: "EC2", containerInstanceArn: place.instance.arn };
  return { failures: place.failures.map(({ instance, reason }) => ({ arn: instance.arn, reason })) };
}

function start(
  context: SchedulerContext,
  input: JsonObject,
  wanted: TaskRequest & { tags: Tag[]; capacity: TaskCapacity },
): TaskRecord {
  const { cluster, taskDefinition, overrides, group, startedBy, tags, capacity } = wanted;
  return createTask(context, {
    clusterArn: cluster.arn,
    group,
    ...(startedBy !== undefined && { startedBy }),
    taskDefinition,
    capacity,
    subnetId: subnetOf(input.networkConfiguration),
    platformVersion: platformVersionOf(input),
    overrides,
    extra: pick(input, ["enableExecuteCommand"]),
    volumes: volumesAtLaunch(context.random, input.volumeConfigurations),
    tags,
  });
}

/** Returns the platform version of the request, with LATEST resolved. */
function platformVersionOf(input: JsonObject): string {
  const platformVersion = textIn(input, "platformVersion") ?? "LATEST";
  return platformVersion === "LATEST" ? "1.4.0" : platformVersion;
}

/** Returns the tags of a stand-alone task. It has no service to take tags from; a tag of the request replaces the definition's. */
function taskTags(state: EcsState, input: JsonObject, { cluster, taskDefinition }: TaskRequest): Tag[] {
  const sent = checkedTags(input);
  const from = textIn(input, "propagateTags") ?? "NONE";
  if (from === "SERVICE") throw invalidParameter("propagateTags SERVICE is not supported when running a task.");
  const keys = new Set(sent.map(({ key }) => key));
  const propagated =
    from === "TASK_DEFINITION" ? (state.tags[taskDefinition.arn] ?? []).filter(({ key }) => !keys.has(key)) : [];
  return [...propagated, ...sent, ...(input.enableECSManagedTags === true ? managedTags(cluster.arn) : [])];
}

const response = (state: EcsState, tasks: readonly TaskRecord[], failures: JsonObject[] = []): JsonObject => ({
  tasks: tasks.map((task) => ({ ...taskView(state, task), tags: tagsOf(state, task.arn) })),
  failures,
});

const tokenKey = (cluster: ClusterRecord, input: JsonObject) => `${cluster.arn} ${textIn(input, "clientToken") ?? ""}`;

/** Returns the tasks that the same request with the same client token has started before. */
function repeatOf(state: EcsState, cluster: ClusterRecord, input: JsonObject): TaskRecord[] | undefined {
  const known = textIn(input, "clientToken") === undefined ? undefined : state.clientTokens[tokenKey(cluster, input)];
  if (known === undefined) return undefined;
  if (known.request !== canonical(input)) {
    throw new AwsError("ConflictException", "The RunTask request could not be processed due to conflicts.", 400, {
      resourceIds: known.tasks,
    });
  }
  return known.tasks.map((arn) => state.tasks[arn]).filter((task): task is TaskRecord => task !== undefined);
}

function storeToken(state: EcsState, cluster: ClusterRecord, input: JsonObject, tasks: TaskRecord[], at: number): void {
  if (textIn(input, "clientToken") === undefined || tasks.length === 0) return;
  state.clientTokens[tokenKey(cluster, input)] = {
    request: canonical(input),
    tasks: tasks.map((task) => task.arn),
    at,
  };
}

function removeExpiredTokens(state: EcsState, now: number): void {
  for (const [key, { at, tasks }] of Object.entries(state.clientTokens)) {
    const hasNoTask = tasks.every((arn) => state.tasks[arn] === undefined);
    if (hasNoTask || at < now - TOKEN_KEPT) delete state.clientTokens[key];
  }
}

const canonical = (input: JsonObject) => JSON.stringify(Object.entries(input).sort(([a], [b]) => (a < b ? -1 : 1)));
