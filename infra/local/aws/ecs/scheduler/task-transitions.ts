import type { JsonObject } from "../../wire/service.js";
import { within } from "../model/ecs-arns.js";
import type { ContainerRecord, EcsState, Tag, TaskDefinitionRecord, TaskRecord } from "../model/ecs-state.js";
import { containersOf, networkModeOf, type PortTarget } from "../model/task-definition-json.js";
import { hex } from "../seeded-random.js";
import type { TaskSpec } from "../task-runtime.js";
import type { World } from "./scheduler-context.js";
import { demandOf } from "./task-placement.js";

/** The launch type of a task, and its capacity provider or container instance. */
export interface Capacity {
  launchType: "FARGATE" | "EC2";
  capacityProviderName?: string;
  containerInstanceArn?: string;
}

export interface NewTask {
  clusterArn: string;
  group: string;
  startedBy?: string;
  taskDefinition: TaskDefinitionRecord;
  serviceArn?: string;
  deploymentId?: string;
  targets?: PortTarget[];
  capacity: Capacity;
  /** Of the awsvpc network mode, empty in the others. */
  subnetId: string;
  platformVersion: string;
  overrides?: JsonObject;
  extra?: JsonObject;
  /** As DescribeTasks answers them among its attachments. */
  volumes?: JsonObject[];
  tags?: Tag[];
  resolvedImages?: Record<string, string>;
}

/** Puts a task into the state, PROVISIONING until its network interface is ready; without one it is started at once. */
export function createTask(world: World, wanted: NewTask): TaskRecord {
  const id = hex(world.random, 32);
  const arn = within(wanted.clusterArn, "task", id);
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
    networkInterfaceId: `eni-${hex(world.random, 17)}`,
    overrides,
    extra: wanted.extra ?? {},
    ...(wanted.volumes?.length && { volumes: wanted.volumes }),
    containers: containersOf(document).map((definition) => newContainer(world, arn, wanted.clusterArn, definition)),
    targets: (wanted.targets ?? []).map((target) => ({ ...target, state: "unregistered" })),
    version: 1,
    createdAt: world.now,
    ...(hasInterface && { due: world.now + world.timing.provisioning }),
    failed: false,
    resolvedImages: { ...wanted.resolvedImages },
  };
  world.state.tasks[arn] = task;
  if (wanted.tags?.length) world.state.tags[arn] = wanted.tags;
  world.roster.live.add(task);
  if (!hasInterface) {
    task.connectivityAt = world.now;
    world.actions.push({ type: "start", task: specOf(world.state, task) });
  }
  world.changed = true;
  return task;
}

/** What the runtime needs to know to run it. */
export function specOf(state: EcsState, task: TaskRecord): TaskSpec {
  const definition = state.taskDefinitions[task.taskDefinition];
  if (definition === undefined) throw new Error(`The state names ${task.taskDefinition} but does not have it.`);
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

/** Asks a task to stop: out of the load balancer first, then SIGTERM. `failed` says that its end counts against its deployment. */
export function stopTask(
  world: World,
  task: TaskRecord,
  why: { code: string; reason: string; failed?: boolean },
): void {
  if (task.desiredStatus === "STOPPED") return;
  task.desiredStatus = "STOPPED";
  task.stopCode = why.code;
  task.stoppedReason = why.reason;
  task.stoppingAt = world.now;
  task.failed = why.failed ?? false;
  if (task.lastStatus === "PROVISIONING") deprovision(world, task);
  else if (task.lastStatus === "PENDING") haltContainers(world, task);
  else drain(world, task);
  touch(world, task);
}

/** Takes a task out of its target groups; the containers go on until the open requests have ended. */
export function drain(world: World, task: TaskRecord): void {
  for (const target of task.targets) {
    if (target.state === "unregistered") target.state = "drained";
    if (target.state === "drained" || target.state === "draining") continue;
    target.state = "draining";
    world.actions.push({ type: "deregister", targetGroupArn: target.targetGroupArn, taskArn: task.arn });
  }
}

export function haltContainers(world: World, task: TaskRecord): void {
  moveTo(world, task, "STOPPING");
  world.actions.push({ type: "stop", taskArn: task.arn });
}

/** Sets the status, and when it is left by itself; without `stay` something else ends it. */
export function moveTo(world: World, task: TaskRecord, status: TaskRecord["lastStatus"], stay?: number): void {
  task.lastStatus = status;
  delete task.due;
  if (stay !== undefined) task.due = world.now + stay;
  touch(world, task);
}

/** Ends a task: with a network interface after its removal, otherwise at once. */
export function deprovision(world: World, task: TaskRecord): void {
  const { networkMode = "awsvpc" } = task;
  moveTo(world, task, "DEPROVISIONING", networkMode === "awsvpc" ? world.timing.deprovisioning : 0);
}

export function touch(world: World, task: TaskRecord): void {
  task.version++;
  world.changed = true;
}

function newContainer(world: World, taskArn: string, clusterArn: string, definition: JsonObject): ContainerRecord {
  const id = hex(world.random, 32);
  const taskId = taskArn.slice(taskArn.lastIndexOf("/") + 1);
  return {
    arn: within(clusterArn, "container", `${taskId}/${id}`),
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
function shownSizes({ launchType }: Capacity, overrides: JsonObject, document: JsonObject) {
  const { cpu, memory } = launchType === "EC2" ? demandOf(document, overrides) : sizes(overrides, document);
  return { ...(cpu !== undefined && { cpu: String(cpu) }), ...(memory !== undefined && { memory: String(memory) }) };
}
