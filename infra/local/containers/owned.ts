import type { ContainerRuntime } from "./connect.js";
import { runtimeStatus } from "./errors.js";

/** Label of every container, network and volume of this project; its value names the owner, such as `aws-3f9c…`. */
export const ownerLabel = "slipway.owner";

/**
 * Removes every container, network and volume of this owner, running or not. Missing ones are no error.
 *
 * @throws The runtime's error when something can't be removed.
 */
export async function removeOwned(runtime: ContainerRuntime, owner: string): Promise<void> {
  const label = `${ownerLabel}=${owner}`;
  const { docker } = runtime;
  await removeContainers(runtime, label);
  const networks = await docker.listNetworks({ filters: JSON.stringify({ label: [label] }) });
  await Promise.all([...networks.map(({ Id }) => gone(docker.getNetwork(Id).remove())), removeVolumes(runtime, label)]);
}

/** Removes every container and volume with this label, such as `slipway.task=arn:…`, in any state. */
export async function removeLabelled(runtime: ContainerRuntime, label: string): Promise<void> {
  await removeContainers(runtime, label);
  await removeVolumes(runtime, label);
}

async function removeContainers({ docker }: ContainerRuntime, label: string): Promise<void> {
  const containers = await docker.listContainers({ all: true, filters: JSON.stringify({ label: [label] }) });
  const remove = ({ Id }: { Id: string }) => gone(docker.getContainer(Id).remove({ force: true, v: true }));
  const removals = await Promise.allSettled(containers.map(remove));
  // Podman keeps a container while others share its namespace: retry after those are removed.
  await Promise.all(containers.filter((_, index) => removals[index]?.status === "rejected").map(remove));
}

async function removeVolumes({ docker }: ContainerRuntime, label: string): Promise<void> {
  const { Volumes: volumes } = await docker.listVolumes({ filters: JSON.stringify({ label: [label] }) });
  await Promise.all((volumes ?? []).map(({ Name }) => gone(docker.getVolume(Name).remove({ force: true }))));
}

/** Waits for a removal; ignores a missing resource and a removal in progress. */
export async function gone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (
      ![404, 409].includes(runtimeStatus(error) ?? 0) ||
      !/no such|not found|already in progress/i.test(String(error))
    )
      throw error;
  }
}
