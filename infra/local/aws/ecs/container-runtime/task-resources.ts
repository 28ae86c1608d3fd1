import { createHash } from "node:crypto";
import { ownerLabel, removeLabelled } from "../../../containers/owned.js";
import { loadPauseImage } from "../../../containers/pause.js";
import { createContainer } from "../../../containers/run.js";
import type { JsonObject } from "../../protocol/service.js";
import { networkModeOf, object, objects, usesHostPorts } from "../model/task-definition-json.js";
import type { TaskSpec } from "../task-runtime.js";
import { labels, type Network } from "./container-options.js";
import type { ContainerPlan } from "./container-plan.js";
import { noPorts, type PublishedPorts, publishedPorts } from "./published-ports.js";
import type { TaskDeps } from "./task-context.js";

/** Network and volumes that a task's containers share. */
export interface ContainerResources {
  /** Address of the task, or of its container instance where it has none; empty without a network. */
  address: string;
  /** Returns a container's network, and the host ports that lead to it. */
  networkOf(plan: ContainerPlan): { network: Network; ports: PublishedPorts };
  /** Volumes of the container runtime by their names in the task definition. */
  volumes: ReadonlyMap<string, string>;
}

/** Creates the task's volumes and its network. */
export async function createContainerResources(
  deps: TaskDeps,
  spec: TaskSpec,
  plans: readonly ContainerPlan[],
): Promise<ContainerResources> {
  const [volumes, place] = await Promise.all([createVolumes(deps, spec), createNetwork(deps, spec, plans)]);
  return { ...place, volumes };
}

/**
 * Creates the task's network. In awsvpc and host mode several containers share the namespace of a pause container, so that any of them may
 * end while the others go on. A single container has the address itself. In bridge mode each container has an address of its own.
 */
async function createNetwork(
  deps: TaskDeps,
  spec: TaskSpec,
  plans: readonly ContainerPlan[],
): Promise<Omit<ContainerResources, "volumes">> {
  const mode = networkModeOf(spec.taskDefinition);
  if (mode === "none") return { address: "", networkOf: () => ({ network: "none", ports: noPorts }) };
  const { name, takeAddress } = await deps.network();
  if (mode === "bridge") {
    return {
      address: spec.hostAddress ?? "",
      networkOf: (plan) => ({ network: { name, address: takeAddress() }, ports: publishedPorts(spec, [plan]) }),
    };
  }
  const own = { name, address: takeAddress() };
  const ports = mode === "host" ? publishedPorts(spec, plans) : noPorts;
  const address = mode === "host" ? (spec.hostAddress ?? "") : own.address;
  if (plans.length === 1) return { address, networkOf: () => ({ network: own, ports }) };
  const shared = await createNamespace(deps, spec, own, { address, ports });
  return { address, networkOf: () => ({ network: shared, ports: noPorts }) };
}

/** Returns whether a task is reached through ports of its container instance. */
export const isBehindHostPorts = (spec: TaskSpec) =>
  spec.hostAddress !== undefined && usesHostPorts(spec.taskDefinition);

/** Removes all containers and volumes of a task, in any state. */
export function removeTask({ containerRuntime }: Pick<TaskDeps, "containerRuntime">, taskArn: string): Promise<void> {
  return removeLabelled(containerRuntime, `${labels.task}=${taskArn}`);
}

async function createVolumes(
  { containerRuntime, owner }: TaskDeps,
  spec: TaskSpec,
): Promise<ReadonlyMap<string, string>> {
  const made = objects(spec.taskDefinition.volumes).map(async (volume): Promise<[string, string]> => {
    const kept = keptVolume(owner, spec, volume);
    const Name = kept ?? `slipway-${spec.taskId}-${volume.name}`;
    const Labels = { [ownerLabel]: owner, ...(kept === undefined && { [labels.task]: spec.taskArn }) };
    await containerRuntime.docker.createVolume({ Name, Labels });
    return [String(volume.name), Name];
  });
  return new Map(await Promise.all(made));
}

/**
 * Returns the container runtime's volume for a directory or a shared Docker volume of the container instance: the same for all its tasks, and
 * empty at first. No directory of this machine is mounted.
 */
function keptVolume(owner: string, { hostAddress }: TaskSpec, volume: JsonObject): string | undefined {
  const { sourcePath } = object(volume.host);
  const { scope } = object(volume.dockerVolumeConfiguration);
  const what = typeof sourcePath === "string" ? `path ${sourcePath}` : scope === "shared" ? `name ${volume.name}` : "";
  if (what === "") return undefined;
  const id = createHash("sha256").update(`${hostAddress} ${what}`).digest("hex").slice(0, 16);
  return `slipway-${owner}-host-${id}`;
}

async function createNamespace(
  { containerRuntime, owner }: TaskDeps,
  spec: TaskSpec,
  own: { name: string; address: string },
  { address, ports }: { address: string; ports: PublishedPorts },
): Promise<Network> {
  const holder = await createContainer(containerRuntime, owner, {
    name: `slipway-${spec.taskId}`,
    Image: await loadPauseImage(containerRuntime),
    Hostname: `ip-${own.address.replaceAll(".", "-")}`,
    Labels: { [labels.task]: spec.taskArn, [labels.address]: address },
    ExposedPorts: ports.ExposedPorts,
    HostConfig: {
      NetworkMode: own.name,
      PortBindings: ports.PortBindings,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
    },
    NetworkingConfig: { EndpointsConfig: { [own.name]: { IPAMConfig: { IPv4Address: own.address } } } },
  });
  await holder.start();
  return { joins: holder.id };
}
