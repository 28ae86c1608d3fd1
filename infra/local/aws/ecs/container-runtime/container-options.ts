import type { ContainerCreateOptions } from "dockerode";
import type { JsonObject } from "../../protocol/service.js";
import { object, objects } from "../model/task-definition-json.js";
import type { TaskSpec } from "../task-runtime.js";
import { type ContainerPlan, number, strings } from "./container-plan.js";
import type { PublishedPorts } from "./published-ports.js";

/** Network of a container: an address of its own, the namespace of another container of its task, or none. */
export type Network = { name: string; address: string } | { joins: string } | "none";

export interface Placement {
  /** Reference of the image in the container runtime. */
  image: string;
  imageDigest: string;
  /** Address that the runtime reports for the task. */
  address: string;
  network: Network;
  /** Host ports published to its namespace. */
  ports: PublishedPorts;
  /** Volumes of the container runtime by their names in the task definition. */
  volumes: ReadonlyMap<string, string>;
}

export const labels = {
  task: "slipway.task",
  container: "slipway.container",
  digest: "slipway.image-digest",
  address: "slipway.address",
};

const mebibyte = 1024 * 1024;
/** CPU period in microseconds; the quota is a part of it. */
const period = 100_000;

/**
 * Returns a container of a task as the container runtime's API accepts it. Pure.
 *
 * The container runtime has no limits for a group of containers: each container gets the task's CPU and memory as its own limits unless its
 * definition is stricter.
 */
export function containerOptions(spec: TaskSpec, plan: ContainerPlan, placement: Placement): ContainerCreateOptions {
  const { definition } = plan;
  const command = strings(definition.command);
  const entryPoint = strings(definition.entryPoint);
  return {
    name: containerName(spec, plan.name),
    Image: placement.image,
    ...(entryPoint.length > 0 ? { Entrypoint: entryPoint } : {}),
    ...(command.length > 0 ? { Cmd: command } : {}),
    Env: environment(definition),
    ...(typeof definition.user === "string" ? { User: definition.user } : {}),
    ...(typeof definition.workingDirectory === "string" ? { WorkingDir: definition.workingDirectory } : {}),
    Tty: definition.pseudoTerminal === true,
    // ECS uses health checks of the task definition only: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
    Healthcheck: { Test: ["NONE"] },
    Labels: {
      ...(object(definition.dockerLabels) as Record<string, string>),
      [labels.task]: spec.taskArn,
      [labels.container]: plan.name,
      [labels.digest]: placement.imageDigest,
      [labels.address]: placement.address,
    },
    ...network(spec, definition, placement.network),
    ExposedPorts: placement.ports.ExposedPorts,
    HostConfig: hostConfig(spec, plan, placement),
  };
}

const containerName = ({ taskId }: TaskSpec, name: string) => `slipway-${taskId}-${name}`;

function environment(definition: JsonObject): string[] {
  return objects(definition.environment).map(({ name, value }) => `${name}=${value ?? ""}`);
}

function network(spec: TaskSpec, definition: JsonObject, network: Network): Partial<ContainerCreateOptions> {
  if (network === "none" || "joins" in network) return {};
  const Links = strings(definition.links).map((link) => {
    const [container = "", alias = container] = link.split(":");
    return `${containerName(spec, container)}:${alias}`;
  });
  const endpoint = { IPAMConfig: { IPv4Address: network.address }, ...(Links.length > 0 && { Links }) };
  const { hostname } = definition;
  return {
    Hostname: typeof hostname === "string" ? hostname : `ip-${network.address.replaceAll(".", "-")}`,
    NetworkingConfig: { EndpointsConfig: { [network.name]: endpoint } },
  };
}

function hostConfig(
  spec: TaskSpec,
  { definition }: ContainerPlan,
  placement: Placement,
): ContainerCreateOptions["HostConfig"] {
  const linux = object(definition.linuxParameters);
  const { network } = placement;
  return {
    NetworkMode: modeOf(network),
    PortBindings: placement.ports.PortBindings,
    ...cpu(spec, definition),
    ...memory(spec, definition),
    ReadonlyRootfs: definition.readonlyRootFilesystem === true,
    Tmpfs: Object.fromEntries(objects(linux.tmpfs).map((tmpfs) => [String(tmpfs.containerPath), tmpfsOptions(tmpfs)])),
    Mounts: objects(definition.mountPoints).map(({ sourceVolume, containerPath, readOnly }) => ({
      Type: "volume",
      Source: volumeOf(placement, String(sourceVolume)),
      Target: String(containerPath),
      ReadOnly: readOnly === true,
    })),
    ...(linux.initProcessEnabled === true ? { Init: true } : {}),
    ...(number(linux.sharedMemorySize) ? { ShmSize: Number(linux.sharedMemorySize) * mebibyte } : {}),
    // The container runtime's default capabilities are Fargate's; the only one that a task can add on Fargate is SYS_PTRACE.
    CapAdd: strings(object(linux.capabilities).add),
    CapDrop: strings(object(linux.capabilities).drop),
    PidsLimit: 4096,
    Ulimits: objects(definition.ulimits).map(({ name, softLimit, hardLimit }) => ({
      Name: String(name),
      Soft: Number(softLimit),
      Hard: Number(hardLimit),
    })),
    Sysctls: Object.fromEntries(
      objects(definition.systemControls).map(({ namespace, value }) => [String(namespace), String(value)]),
    ),
    RestartPolicy: { Name: "" },
  };
}

function modeOf(network: Network): string {
  if (network === "none") return "none";
  return "joins" in network ? `container:${network.joins}` : network.name;
}

/** Returns the container runtime's volume. An undeclared one is rejected earlier, because the container runtime would create it. */
function volumeOf({ volumes }: Placement, name: string): string {
  const volume = volumes.get(name);
  if (volume === undefined) throw new Error(`The task has no volume ${name}.`);
  return volume;
}

/** Returns the CPU limits: shares divide the task's CPU among its containers; the quota limits them, which shares alone would not. */
function cpu(spec: TaskSpec, definition: JsonObject) {
  const shares = number(definition.cpu);
  return {
    ...(shares ? { CpuShares: Math.max(2, shares) } : {}),
    ...(spec.cpu ? { CpuPeriod: period, CpuQuota: Math.round((spec.cpu / 1024) * period) } : {}),
  };
}

function memory(spec: TaskSpec, definition: JsonObject) {
  const limits = [number(definition.memory), spec.memory].filter((limit) => limit !== undefined);
  const soft = number(definition.memoryReservation);
  const hard = Math.min(...limits) * mebibyte;
  return {
    // Without swap: a task over its limit is killed instead of slowed down.
    ...(limits.length > 0 ? { Memory: hard, MemorySwap: hard } : {}),
    ...(soft ? { MemoryReservation: soft * mebibyte } : {}),
  };
}

function tmpfsOptions({ size, mountOptions }: JsonObject): string {
  return [...strings(mountOptions), `size=${size}m`].join(",");
}
