import { ownerLabel, removeLabelled } from "../../../containers/owned.js";
import { loadPauseImage } from "../../../containers/pause.js";
import { createContainer } from "../../../containers/run.js";
import { objects } from "../model/task-definition.js";
import type { TaskSpec } from "../runtime.js";
import { labels, type Network } from "./container-options.js";
import type { TaskDeps } from "./task-run.js";

/** What a task's containers share. */
export interface TaskResources {
  /** The task's own. */
  address: string;
  network: Network;
  /** By the volume's name in the task definition: the engine's. */
  volumes: Record<string, string>;
}

/**
 * Makes the task's volumes and its place in the network. Several containers share the namespace of one that does nothing else:
 * any of them may end while the others go on. A single container has the address itself.
 */
export async function makeResources(deps: TaskDeps, spec: TaskSpec, containers: number): Promise<TaskResources> {
  const network = await deps.network();
  const address = network.takeAddress();
  const own = { name: network.name, address };
  const [volumes, shared] = await Promise.all([
    makeVolumes(deps, spec),
    containers > 1 ? holdNamespace(deps, spec, own) : own,
  ]);
  return { address, network: shared, volumes };
}

/** Removes every container and volume of a task, whatever state they are in. */
export function removeTask({ engine }: Pick<TaskDeps, "engine">, taskArn: string): Promise<void> {
  return removeLabelled(engine, `${labels.task}=${taskArn}`);
}

async function makeVolumes({ engine, owner }: TaskDeps, spec: TaskSpec): Promise<Record<string, string>> {
  const names = objects(spec.taskDefinition.volumes).map(({ name }) => String(name));
  const Labels = { [ownerLabel]: owner, [labels.task]: spec.taskArn };
  const made = names.map(async (name) => {
    const volume = `slipway-${spec.taskId}-${name}`;
    await engine.docker.createVolume({ Name: volume, Labels });
    return [name, volume];
  });
  return Object.fromEntries(await Promise.all(made));
}

async function holdNamespace(
  { engine, owner }: TaskDeps,
  spec: TaskSpec,
  own: { name: string; address: string },
): Promise<Network> {
  const holder = await createContainer(engine, owner, {
    name: `slipway-${spec.taskId}`,
    Image: await loadPauseImage(engine),
    Hostname: `ip-${own.address.replaceAll(".", "-")}`,
    Labels: { [labels.task]: spec.taskArn, [labels.address]: own.address },
    HostConfig: { NetworkMode: own.name, ReadonlyRootfs: true, CapDrop: ["ALL"] },
    NetworkingConfig: { EndpointsConfig: { [own.name]: { IPAMConfig: { IPv4Address: own.address } } } },
  });
  await holder.start();
  return { joins: holder.id };
}
