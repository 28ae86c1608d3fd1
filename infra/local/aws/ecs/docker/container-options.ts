import type { ContainerCreateOptions } from "dockerode";
import type { JsonObject } from "../../wire/service.js";
import { object, objects } from "../model/task-definition.js";
import type { TaskSpec } from "../runtime.js";
import { type ContainerPlan, number, strings } from "./definition.js";

/** Where a container's network comes from: an address of its own, or the namespace of another container of its task. */
export type Network = { name: string; address: string } | { joins: string };

export interface Placement {
  /** The reference of the image in the engine. */
  image: string;
  imageDigest: string;
  network: Network;
  /** By the volume's name in the task definition: the engine's volume. */
  volumes: Record<string, string>;
}

export const labels = {
  task: "slipway.task",
  container: "slipway.container",
  digest: "slipway.image-digest",
  address: "slipway.address",
};

const mebibyte = 1024 * 1024;
/** Microseconds: the quota is told apart of it. */
const period = 100_000;

/**
 * A container of a task as the engine's API takes it. Pure.
 *
 * The engine has no limits for a group of containers, so that each container gets the task's CPU and memory as its own
 * limits unless its definition is stricter.
 */
export function containerOptions(spec: TaskSpec, plan: ContainerPlan, placement: Placement): ContainerCreateOptions {
  const { definition } = plan;
  const command = strings(definition.command);
  const entryPoint = strings(definition.entryPoint);
  return {
    name: `slipway-${spec.taskId}-${plan.name}`,
    Image: placement.image,
    ...(entryPoint.length > 0 ? { Entrypoint: entryPoint } : {}),
    ...(command.length > 0 ? { Cmd: command } : {}),
    Env: environment(definition),
    ...(typeof definition.user === "string" ? { User: definition.user } : {}),
    ...(typeof definition.workingDirectory === "string" ? { WorkingDir: definition.workingDirectory } : {}),
    Tty: definition.pseudoTerminal === true,
    // ECS looks at health checks of the task definition only: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
    Healthcheck: { Test: ["NONE"] },
    Labels: {
      ...(object(definition.dockerLabels) as Record<string, string>),
      [labels.task]: spec.taskArn,
      [labels.container]: plan.name,
      [labels.digest]: placement.imageDigest,
      ...("address" in placement.network ? { [labels.address]: placement.network.address } : {}),
    },
    ...network(spec, placement.network),
    HostConfig: hostConfig(spec, definition, placement),
  };
}

function environment(definition: JsonObject): string[] {
  return objects(definition.environment).map(({ name, value }) => `${name}=${value ?? ""}`);
}

function network(_spec: TaskSpec, network: Network): Partial<ContainerCreateOptions> {
  if ("joins" in network) return {};
  const endpoint = { IPAMConfig: { IPv4Address: network.address } };
  return {
    Hostname: `ip-${network.address.replaceAll(".", "-")}`,
    NetworkingConfig: { EndpointsConfig: { [network.name]: endpoint } },
  };
}

function hostConfig(
  spec: TaskSpec,
  definition: JsonObject,
  placement: Placement,
): ContainerCreateOptions["HostConfig"] {
  const linux = object(definition.linuxParameters);
  const { network } = placement;
  return {
    NetworkMode: "joins" in network ? `container:${network.joins}` : network.name,
    ...cpu(spec, definition),
    ...memory(spec, definition),
    ReadonlyRootfs: definition.readonlyRootFilesystem === true,
    Tmpfs: Object.fromEntries(objects(linux.tmpfs).map((tmpfs) => [String(tmpfs.containerPath), tmpfsOptions(tmpfs)])),
    Binds: objects(definition.mountPoints).map(({ sourceVolume, containerPath, readOnly }) =>
      [placement.volumes[String(sourceVolume)], containerPath, readOnly === true ? "ro" : "rw"].join(":"),
    ),
    ...(linux.initProcessEnabled === true ? { Init: true } : {}),
    ...(number(linux.sharedMemorySize) ? { ShmSize: Number(linux.sharedMemorySize) * mebibyte } : {}),
    // The engine's default capabilities are Fargate's; the one that Fargate lets a task add is SYS_PTRACE.
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

/** Shares divide what the task has among its containers, the quota is the task's own: shares alone would not cap. */
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
    // Without swap: a task over its limit ends instead of becoming slow.
    ...(limits.length > 0 ? { Memory: hard, MemorySwap: hard } : {}),
    ...(soft ? { MemoryReservation: soft * mebibyte } : {}),
  };
}

function tmpfsOptions({ size, mountOptions }: JsonObject): string {
  return [...strings(mountOptions), `size=${size}m`].join(",");
}
