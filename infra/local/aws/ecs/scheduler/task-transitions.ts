import type { JsonObject } from "../../protocol/service.js";
import { lastPartOf, resourceArn } from "../model/ecs-arns.js";
import type { ContainerRecord, EcsState, Tag, TaskDefinitionRecord, TaskRecord } from "../model/ecs-state.js";
import { containersOf, networkModeOf, type PortTarget } from "../model/task-definition-json.js";
import { randomHex } from "../seeded-random.js";
import type { TaskSpec } from "../task-runtime.js";
import type { SchedulerContext } from "./scheduler-context.js";
import { taskResourcesOf } from "./task-placement.js";

/** Launch type of a task, and its capacity provider or container instance. */
export interface TaskCapacity {
  launchType: "FARGATE" | "EC2";
  capacityProviderName?: string;
  containerInstanceArn?: string;
}

interface NewTask {
  clusterArn: string;
  group: string;
  startedBy?: string;
  taskDefinition: TaskDefinitionRecord;
  serviceArn?: string;
  deploymentId?: string;
  targets?: PortTarget[];
  capacity: TaskCapacity;
  /** Empty in network modes other than awsvpc. */
  subnetId: string;
  platformVersion: string;
  overrides?: JsonObject;
  extra?: JsonObject;
  /** As DescribeTasks returns them among the attachments. */
  volumes?: JsonObject[];
  tags?: Tag[];
  resolvedImages?: Record<string, string>;
}

/** Adds a task to the state, PROVISIONING until its network interface is ready; without an interface it starts at once. */
export function createTask(context: SchedulerContext, wanted: NewTask): TaskRecord {
  const id = randomHex(context.random, 32);
  const arn = resourceArn(wanted.clusterArn, "task", id);
  const { document } = wanted.taskDefinition;
  const overrides = wanted.overrides ?? {};
  const networkMode = networkModeOf(document);
  const hasInterface = networkMode === "awsvpc";
  const task: TaskRecord = {
    arn,
    id,
    clusterArn: wanted.clusterArn,
    group: wanted.group,
    ...(wanted.startedBy !== undefined && { startedBy: wanted.startedBy }),
    taskDefinition: wanted.taskDefinition.arn,
    ...(wanted.serviceArn !== undefined && { serviceArn: wanted.serviceArn }),
    ...(wanted.deploymentId !== undefined && { deploymentId: wanted.deploymentId }),
    lastStatus: hasInterface ? "PROVISIONING" : "PENDING",
    desiredStatus: "RUNNING",
    ...shownSizes(wanted.capacity, overrides, document),
    ...wanted.capacity,
    networkMode,
    platformVersion: wanted.platformVersion,
    subnetId: wanted.subnetId,
    networkInterfaceId: `eni-${randomHex(context.random, 17)}`,
    overrides,
    extra: wanted.extra ?? {},
    ...(wanted.volumes?.length && { volumes: wanted.volumes }),
    containers: containersOf(document).map((definition) => newContainer(context, arn, wanted.clusterArn, definition)),
    targets: (wanted.targets ?? []).map((target) => ({ ...target, state: "unregistered" })),
    version: 1,
    createdAt: context.now,
    ...(hasInterface && { due: context.now + context.timing.provisioning }),
    failed: false,
    resolvedImages: { ...wanted.resolvedImages },
  };
  context.state.tasks[arn] = task;
  if (wanted.tags?.length) context.state.tags[arn] = wanted.tags;
  context.index.live.add(task);
  if (!hasInterface) {
    task.connectivityAt = context.now;
    context.actions.push({ type: "start", task: taskSpecOf(context.state, task) });
  }
  context.changed = true;
  return task;
}

/** Returns the task as the task runtime starts it. */
export function taskSpecOf(state: EcsState, task: TaskRecord): TaskSpec {
  const definition = state.taskDefinitions[task.taskDefinition];
  if (definition === undefined)
    throw new Error(`The state references the task definition ${task.taskDefinition}, which it does not contain.`);
  const instance = state.containerInstances[task.containerInstanceArn ?? ""];
  return {
    taskArn: task.arn,
    taskId: task.id,
    clusterArn: task.clusterArn,
    group: task.group,
    ...sizes(task.overrides, definition.document),
    taskDefinition: definition.document,
    overrides: task.overrides,
    ...(instance !== undefined && { hostAddress: instance.address }),
    resolvedImages: task.resolvedImages,
  };
}

/** Stops a task: deregisters its targets, then sends SIGTERM. With `failed` its end counts against its deployment. */
export function stopTask(
  context: SchedulerContext,
  task: TaskRecord,
  why: { code: string; reason: string; failed?: boolean },
): void {
  if (task.desiredStatus === "STOPPED") return;
  task.desiredStatus = "STOPPED";
  task.stopCode = why.code;
  task.stoppedReason = why.reason;
  task.stoppingAt = context.now;
  task.failed = why.failed ?? false;
  if (task.lastStatus === "PROVISIONING") deprovision(context, task);
  else if (task.lastStatus === "PENDING") stopContainers(context, task);
  else drain(context, task);
  markChanged(context, task);
}

/** Deregisters a task from its target groups; the containers go on until the open requests have ended. */
export function drain(context: SchedulerContext, task: TaskRecord): void {
  for (const target of task.targets) {
    if (target.state === "unregistered") target.state = "drained";
    if (target.state === "drained" || target.state === "draining") continue;
    target.state = "draining";
    context.actions.push({ type: "deregister", targetGroupArn: target.targetGroupArn, taskArn: task.arn });
  }
}

export function stopContainers(context: SchedulerContext, task: TaskRecord): void {
  moveTo(context, task, "STOPPING");
  context.actions.push({ type: "stop", taskArn: task.arn });
}

/** Sets the status, and the milliseconds after which the task leaves it by itself; without `stay` an event ends it. */
export function moveTo(
  context: SchedulerContext,
  task: TaskRecord,
  status: TaskRecord["lastStatus"],
  stay?: number,
): void {
  task.lastStatus = status;
  delete task.due;
  if (stay !== undefined) task.due = context.now + stay;
  markChanged(context, task);
}

/** Ends a task: with a network interface after its removal, otherwise at once. */
export function deprovision(context: SchedulerContext, task: TaskRecord): void {
  const { networkMode = "awsvpc" } = task;
  moveTo(context, task, "DEPROVISIONING", networkMode === "awsvpc" ? context.timing.deprovisioning : 0);
}

export function markChanged(context: SchedulerContext, task: TaskRecord): void {
  task.version++;
  context.changed = true;
}

function newContainer(
  context: SchedulerContext,
  taskArn: string,
  clusterArn: string,
  definition: JsonObject,
): ContainerRecord {
  const id = randomHex(context.random, 32);
  return {
    arn: resourceArn(clusterArn, "container", `${lastPartOf(taskArn)}/${id}`),
    name: String(definition.name),
    image: String(definition.image),
    essential: definition.essential !== false,
    checked: definition.healthCheck !== undefined && definition.healthCheck !== null,
    lastStatus: "PENDING",
    health: "UNKNOWN",
    cpu: String(definition.cpu ?? 0),
    ...(definition.memory !== undefined && { memory: String(definition.memory) }),
    ...(definition.memoryReservation !== undefined && { memoryReservation: String(definition.memoryReservation) }),
  };
}

/** Returns the task's own CPU units and MiB, which limit each of its containers. */
function sizes(overrides: JsonObject, document: JsonObject): Pick<TaskSpec, "cpu" | "memory"> {
  const cpu = overrides.cpu ?? document.cpu;
  const memory = overrides.memory ?? document.memory;
  return { ...(cpu !== undefined && { cpu: Number(cpu) }), ...(memory !== undefined && { memory: Number(memory) }) };
}

/** Returns `cpu` and `memory` as DescribeTasks shows them: on a container instance by default the sum of the containers'. */
function shownSizes({ launchType }: TaskCapacity, overrides: JsonObject, document: JsonObject) {
  const { cpu, memory } = launchType === "EC2" ? taskResourcesOf(document, overrides) : sizes(overrides, document);
  return { ...(cpu !== undefined && { cpu: String(cpu) }), ...(memory !== undefined && { memory: String(memory) }) };
}
