import type { ContainerRuntime } from "./connect.js";
import { runtimeStatus } from "./errors.js";
import { ownerLabel } from "./owned.js";

/** Bridge network of the tasks. This machine reaches its addresses directly. */
export interface TaskNetwork {
  name: string;
  /** Returns the least recently used address: a freed address is not reused at once. */
  takeAddress(): string;
}

/** Number of possible subnets, each of 1024 addresses, within 10.201.0.0/16 to 10.250.0.0/16. */
const subnets = 50 * 64;

/**
 * Finds the owner's network, or creates it in the first subnet from `seed` on that overlaps no other network.
 *
 * @throws The runtime's error when none can be created.
 */
export async function openNetwork(runtime: ContainerRuntime, owner: string, seed: number): Promise<TaskNetwork> {
  const name = `slipway-${owner}`;
  const found = await findSubnet(runtime, name);
  const base = found ?? (await makeNetwork(runtime, owner, name, seed));
  let last = found === undefined ? 1 : await highestUsed(runtime, name, base);
  return {
    name,
    takeAddress() {
      // .0.0 is the network, .0.1 the gateway, the last one the broadcast address.
      last = last >= 1022 ? 2 : last + 1;
      return addressText(base + last);
    },
  };
}

async function makeNetwork({ docker }: ContainerRuntime, owner: string, name: string, seed: number): Promise<number> {
  let refusal: unknown;
  for (let attempt = 0; attempt < 32; attempt++) {
    const base = subnetBase((seed + attempt) % subnets);
    try {
      const IPAM = {
        Driver: "default",
        Config: [{ Subnet: `${addressText(base)}/22`, Gateway: addressText(base + 1) }],
      };
      await docker.createNetwork({
        Name: name,
        Driver: "bridge",
        CheckDuplicate: true,
        IPAM,
        Labels: { [ownerLabel]: owner },
      });
      return base;
    } catch (error) {
      if (!/overlap|already used|conflict/i.test(String(error)) || runtimeStatus(error) === undefined) throw error;
      refusal = error;
    }
  }
  throw refusal;
}

async function findSubnet({ docker }: ContainerRuntime, name: string): Promise<number | undefined> {
  try {
    const { IPAM } = await docker.getNetwork(name).inspect();
    return addressNumber(IPAM?.Config?.[0]?.Subnet?.split("/")[0] ?? "");
  } catch (error) {
    if (runtimeStatus(error) === 404) return undefined;
    throw error;
  }
}

async function highestUsed({ docker }: ContainerRuntime, name: string, base: number): Promise<number> {
  const { Containers } = await docker.getNetwork(name).inspect();
  const used = Object.values(Containers ?? {}).map(
    ({ IPv4Address }) => addressNumber(IPv4Address.split("/")[0] ?? "") - base,
  );
  return Math.max(1, ...used);
}

function subnetBase(index: number): number {
  return addressNumber("10.201.0.0") + index * 1024;
}

function addressNumber(text: string): number {
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}
