import type { JsonObject } from "../../protocol/service.js";
import { placementReasons } from "../event-messages.js";
import type { ContainerInstanceRecord, EcsState, TaskRecord } from "../model/ecs-state.js";
import { containersOf, networkModeOf, object, objects } from "../model/task-definition-json.js";
import { satisfies } from "./placement-constraints.js";

/** Resources that a task uses of a container instance. */
interface TaskResources {
  /** CPU units. */
  cpu: number;
  /** MiB. */
  memory: number;
  /** Fixed host ports, such as `80/tcp`. */
  ports: string[];
}

interface PlacementRequest {
  clusterArn: string;
  taskDefinition: JsonObject;
  overrides?: JsonObject;
  /** Group whose tasks `distinctInstance` separates, such as `service:web`. */
  group: string;
  constraints: readonly JsonObject[];
  strategy: readonly JsonObject[];
}

/** Instance that can't run a task, and the reason. */
interface PlacementFailure {
  instance: ContainerInstanceRecord;
  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html */
  reason:
    | "ATTRIBUTE"
    | "MemberOf placement constraint unsatisfied."
    | "RESOURCE:PORTS"
    | "RESOURCE:CPU"
    | "RESOURCE:MEMORY";
}

/** Instance for the task, or a failure for each instance. No failures means that the cluster has no instance. */
type PlacementResult = { instance: ContainerInstanceRecord } | { failures: PlacementFailure[] };

/** Finds the container instance for a task. Changes nothing. */
export function findPlace(state: EcsState, wanted: PlacementRequest): PlacementResult {
  const instances = instancesOf(state, wanted.clusterArn);
  const demand = taskResourcesOf(wanted.taskDefinition, wanted.overrides);
  const fits: ContainerInstanceRecord[] = [];
  const failures: PlacementFailure[] = [];
  for (const instance of instances) {
    const reason = placementFailure(state, instance, demand, wanted);
    if (reason === undefined) fits.push(instance);
    else failures.push({ instance, reason });
  }
  const [best] = fits
    .map((instance) => ({ instance, rank: rank(state, instance, wanted) }))
    .sort((a, b) => compareAll(a.rank, b.rank));
  return best === undefined ? { failures } : { instance: best.instance };
}

/** Returns the second part of the event for a task that no instance can run; it names the instance that passes most checks. */
export function unplacedReason(failures: readonly PlacementFailure[]): string {
  const closest = [...failures].sort((a, b) => CHECK_ORDER.indexOf(b.reason) - CHECK_ORDER.indexOf(a.reason))[0];
  return closest === undefined
    ? placementReasons.noInstances()
    : placementReasons.closest(closest.instance.id, closest.reason);
}

/** Reasons in the order of the checks. */
const CHECK_ORDER: PlacementFailure["reason"][] = [
  "ATTRIBUTE",
  "MemberOf placement constraint unsatisfied.",
  "RESOURCE:PORTS",
  "RESOURCE:CPU",
  "RESOURCE:MEMORY",
];

export const instancesOf = (state: EcsState, clusterArn: string): ContainerInstanceRecord[] =>
  Object.values(state.containerInstances).filter(
    (instance) => instance.clusterArn === clusterArn && instance.status === "ACTIVE",
  );

/** Returns the free CPU and memory of an instance, and the ports that are in use. */
export function remainingResources(state: EcsState, instance: ContainerInstanceRecord): TaskResources {
  const used = tasksOn(state, instance).map((task) =>
    taskResourcesOf(state.taskDefinitions[task.taskDefinition]?.document ?? {}, task.overrides),
  );
  const { tcp, udp } = instance.reservedPorts;
  return {
    cpu: used.reduce((left, { cpu }) => left - cpu, instance.cpu),
    memory: used.reduce((left, { memory }) => left - memory, instance.memory),
    ports: [
      ...tcp.map((port) => `${port}/tcp`),
      ...udp.map((port) => `${port}/udp`),
      ...used.flatMap(({ ports }) => ports),
    ],
  };
}

export const tasksOn = (state: EcsState, { arn }: ContainerInstanceRecord): TaskRecord[] =>
  Object.values(state.tasks).filter((task) => task.containerInstanceArn === arn && task.lastStatus !== "STOPPED");

/** Returns a task's CPU and memory; by default the sum of its containers', with `memoryReservation` before `memory`. */
export function taskResourcesOf(document: JsonObject, overrides: JsonObject = {}): TaskResources {
  const containers = containersOf(document);
  const sum = (of: (container: JsonObject) => number) => containers.reduce((total, each) => total + of(each), 0);
  const whole = (name: "cpu" | "memory") => overrides[name] ?? document[name];
  return {
    cpu: Number(whole("cpu") ?? sum(({ cpu }) => Number(cpu ?? 0))),
    memory: Number(whole("memory") ?? sum(({ memory, memoryReservation }) => Number(memoryReservation ?? memory ?? 0))),
    ports: networkModeOf(document) === "awsvpc" ? [] : containers.flatMap(fixedPorts),
  };
}

const fixedPorts = ({ portMappings }: JsonObject) =>
  objects(portMappings)
    .filter(({ hostPort }) => typeof hostPort === "number" && hostPort > 0)
    .map(({ hostPort, protocol }) => `${hostPort}/${protocol ?? "tcp"}`);

function placementFailure(
  state: EcsState,
  instance: ContainerInstanceRecord,
  demand: TaskResources,
  { taskDefinition, constraints, group }: PlacementRequest,
): PlacementFailure["reason"] | undefined {
  if (!hasAttributes(instance, taskDefinition)) return "ATTRIBUTE";
  const tasks = tasksOn(state, instance);
  const all = [...objects(taskDefinition.placementConstraints), ...constraints];
  const isTaken = all.some(({ type }) => type === "distinctInstance") && tasks.some((task) => task.group === group);
  const expressions = all.filter(({ type }) => type === "memberOf").map(({ expression }) => String(expression));
  if (isTaken || !expressions.every((expression) => satisfies(instance, expression))) {
    return "MemberOf placement constraint unsatisfied.";
  }
  const left = remainingResources(state, instance);
  if (demand.ports.some((port) => left.ports.includes(port))) return "RESOURCE:PORTS";
  if (demand.cpu > left.cpu) return "RESOURCE:CPU";
  return demand.memory > left.memory ? "RESOURCE:MEMORY" : undefined;
}

const ARCHITECTURES: Record<string, string> = { X86_64: "x86_64", ARM64: "arm64" };

/** Returns whether an instance has the architecture and all attributes that a definition requires. */
function hasAttributes({ attributes }: ContainerInstanceRecord, document: JsonObject): boolean {
  const has = (name: string, value?: string) =>
    attributes.some((each) => each.name === name && (value === undefined || each.value === value));
  const architecture = ARCHITECTURES[String(object(document.runtimePlatform).cpuArchitecture)];
  if (architecture !== undefined && !has("ecs.cpu-architecture", architecture)) return false;
  return objects(document.requiresAttributes).every(({ name }) => has(String(name)));
}

/** Returns sort keys, lower first: one for each placement strategy, then the number of tasks, then the time of registration. */
function rank(state: EcsState, instance: ContainerInstanceRecord, { strategy, group }: PlacementRequest): number[] {
  const left = remainingResources(state, instance);
  const own = tasksOn(state, instance).filter((task) => task.group === group).length;
  const ranks = strategy.map(({ type, field }) => {
    if (type === "binpack") return field === "cpu" ? left.cpu : left.memory;
    return type === "spread" && (field === "instanceId" || field === "host") ? own : 0;
  });
  return [...ranks, own, tasksOn(state, instance).length, instance.registeredAt];
}

function compareAll(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
