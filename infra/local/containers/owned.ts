import type { Engine } from "./connect.js";
import { engineStatus } from "./errors.js";

/** The label that every container, network and volume of ours carries; its value says whose it is, such as `aws-3f9c…`. */
export const ownerLabel = "slipway.owner";

/**
 * Removes every container, network and volume of this owner, running or not. What is gone already is no error.
 *
 * @throws What the engine answers when something stays.
 */
export async function removeOwned({ docker }: Engine, owner: string): Promise<void> {
  const filters = JSON.stringify({ label: [`${ownerLabel}=${owner}`] });
  const containers = await docker.listContainers({ all: true, filters });
  await Promise.all(containers.map(({ Id }) => gone(docker.getContainer(Id).remove({ force: true, v: true }))));
  const [networks, { Volumes: volumes }] = await Promise.all([
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  await Promise.all(networks.map(({ Id }) => gone(docker.getNetwork(Id).remove())));
  await Promise.all((volumes ?? []).map(({ Name }) => gone(docker.getVolume(Name).remove({ force: true }))));
}

/** Waits for a removal; what has been removed meanwhile, or is being removed, counts as done. */
export async function gone(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (![404, 409].includes(engineStatus(error) ?? 0) || !/no such|not found|already in progress/i.test(String(error)))
      throw error;
  }
}
