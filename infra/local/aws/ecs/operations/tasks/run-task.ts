import { AwsError, type Operation } from "../../../wire/service.js";
import type {
  ClusterRecord,
  EcsState,
  StrategyItem,
  Tag,
  TaskDefinitionRecord,
  TaskRecord,
} from "../../model/ecs-state.js";
import { object, objects, subnetOf } from "../../model/task-definition-json.js";
import { managedTags } from "../../scheduler/launch-tasks.js";
import { volumesAtLaunch } from "../../scheduler/launch-volumes.js";
import { nextProvider } from "../../scheduler/provider-strategy.js";
import type { World } from "../../scheduler/scheduler-context.js";
import { findPlace, instancesOf } from "../../scheduler/task-placement.js";
import { type Capacity, createTask } from "../../scheduler/task-transitions.js";
import { checkedTags, tagsOf } from "../resource-tags.js";
import { invalid } from "../shared/ecs-errors.js";
import { findCluster, peekTaskDefinition } from "../shared/find-resources.js";
import { checkLaunch, checkVolumesAtLaunch, type Launch, launchOf, runsOnInstances } from "../shared/launch-rules.js";
import type { Api, JsonObject } from "../shared/operation-context.js";
import { number, pick, text } from "../shared/operation-context.js";
import { checkedOverrides } from "./task-overrides.js";
import { taskView } from "./task-view.js";

const RUN_AT_ONCE = 10;
/** Milliseconds for which a client token is remembered at most; it is forgotten with its tasks, an hour after their end. */
const TOKEN_KEPT = 24 * 3_600_000;

/** Starts stand-alone tasks. A task that can't be placed is answered as a failure. */
export const runTask =
  (api: Api): Operation =>
  (input, caller) => {
    const { state } = api.engine;
    const cluster = findCluster(state, caller, input);
    const count = number(input, "count") ?? 1;
    if (count < 1 || count > RUN_AT_ONCE) throw invalid(`count must be between 1 and ${RUN_AT_ONCE}.`);
    const launch = launchOf(cluster, input);
    const taskDefinition = runnable(peekTaskDefinition(state, caller, text(input, "taskDefinition") ?? ""));
    checkLaunch(launch, taskDefinition, input);
    checkVolumesAtLaunch(input.volumeConfigurations, taskDefinition);
    const overrides = checkedOverrides(object(input.overrides), taskDefinition, runsOnInstances(launch));
    const wanted = { cluster, taskDefinition, overrides, ...checkedNames(input, taskDefinition) };
    const tags = taskTags(state, input, wanted);
    return api.engine.change((world) => {
      forgetTokens(world.state, world.now);
      const repeated = repeatOf(world.state, cluster, input);
      if (repeated !== undefined) return answer(world.state, repeated);
      if (runsOnInstances(launch) && instancesOf(world.state, cluster.arn).length === 0) {
        throw invalid("No Container Instances were found in your cluster.");
      }
      const tasks: TaskRecord[] = [];
      let failures: JsonObject[] = [];
      while (tasks.length < count && failures.length === 0) {
        const place = placeOf(world, launch, input, wanted, tasks);
        if ("failures" in place) failures = place.failures;
        else tasks.push(start(world, input, { ...wanted, tags, capacity: place }));
      }
      remember(world.state, cluster, input, tasks, world.now);
      return answer(world.state, tasks, failures);
    });
  };

interface Wanted {
  cluster: ClusterRecord;
  taskDefinition: TaskDefinitionRecord;
  overrides: JsonObject;
  group: string;
  startedBy?: string;
}

function runnable(record: TaskDefinitionRecord | undefined): TaskDefinitionRecord {
  if (record === undefined) throw invalid("TaskDefinition not found.");
  if (record.status !== "ACTIVE") throw invalid("TaskDefinition is inactive");
  return record;
}

function checkedNames(input: JsonObject, { family }: TaskDefinitionRecord): Pick<Wanted, "group" | "startedBy"> {
  const group = text(input, "group") ?? `family:${family}`;
  if (group.startsWith("service:")) throw invalid("The group name must not start with 'service:', which is reserved.");
  const startedBy = text(input, "startedBy");
  if (startedBy !== undefined && startedBy.length > 128)
    throw invalid("startedBy must not be longer than 128 characters.");
  if ((text(input, "clientToken") ?? "").length > 64)
    throw invalid("clientToken must not be longer than 64 characters.");
  return { group, ...(startedBy !== undefined && { startedBy }) };
}

function placeOf(
  world: World,
  launch: Launch,
  input: JsonObject,
  { cluster, taskDefinition, overrides, group }: Wanted,
  started: readonly TaskRecord[],
): Capacity | { failures: JsonObject[] } {
  if (!runsOnInstances(launch)) {
    const strategy: StrategyItem[] = "launchType" in launch ? [] : launch.capacityProviderStrategy;
    const running = started.map((task) => task.capacityProviderName);
    return {
      launchType: "FARGATE",
      ...(strategy.length > 0 && { capacityProviderName: nextProvider(strategy, running) }),
    };
  }
  const place = findPlace(world.state, {
    clusterArn: cluster.arn,
    taskDefinition: taskDefinition.document,
    overrides,
    group,
    constraints: objects(input.placementConstraints),
    strategy: objects(input.placementStrategy),
  });
  if ("instance" in place) return { launchType: "EC2", containerInstanceArn: place.instance.arn };
  return { failures: place.misfits.map(({ instance, reason }) => ({ arn: instance.arn, reason })) };
}

function start(world: World, input: JsonObject, wanted: Wanted & { tags: Tag[]; capacity: Capacity }): TaskRecord {
  const { cluster, taskDefinition, overrides, group, startedBy, tags, capacity } = wanted;
  return createTask(world, {
    clusterArn: cluster.arn,
    group,
    ...(startedBy !== undefined && { startedBy }),
    taskDefinition,
    capacity,
    subnetId: subnetOf(input.networkConfiguration),
    platformVersion: platformOf(input),
    overrides,
    extra: pick(input, ["enableExecuteCommand"]),
    volumes: volumesAtLaunch(world.random, input.volumeConfigurations),
    tags,
  });
}

/** Returns the platform version of the request, with LATEST resolved. */
function platformOf(input: JsonObject): string {
  const platformVersion = text(input, "platformVersion") ?? "LATEST";
  return platformVersion === "LATEST" ? "1.4.0" : platformVersion;
}

/** Returns the tags of a stand-alone task, which has no service to take tags from. A tag in the request replaces the definition's. */
function taskTags(state: EcsState, input: JsonObject, { cluster, taskDefinition }: Wanted): Tag[] {
  const sent = checkedTags(input);
  const from = text(input, "propagateTags") ?? "NONE";
  if (from === "SERVICE") throw invalid("propagateTags SERVICE is not supported when running a task.");
  const keys = new Set(sent.map(({ key }) => key));
  const propagated =
    from === "TASK_DEFINITION" ? (state.tags[taskDefinition.arn] ?? []).filter(({ key }) => !keys.has(key)) : [];
  return [...propagated, ...sent, ...(input.enableECSManagedTags === true ? managedTags(cluster.arn) : [])];
}

const answer = (state: EcsState, tasks: readonly TaskRecord[], failures: JsonObject[] = []): JsonObject => ({
  tasks: tasks.map((task) => ({ ...taskView(state, task), tags: tagsOf(state, task.arn) })),
  failures,
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
  if (text(input, "clientToken") === undefined || tasks.length === 0) return;
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
