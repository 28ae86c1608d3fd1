import type { Container } from "dockerode";
import type { ContainerRuntime } from "../../../containers/connect.js";
import type { NetworkBinding } from "../model/capacity-records.js";
import { objects } from "../model/task-definition-json.js";
import type { TaskSpec } from "../task-runtime.js";
import type { ContainerPlan } from "./container-plan.js";
import { TaskFailure } from "./task-failure.js";

/** Ports as the container runtime's API accepts them, such as `80/tcp`. */
export interface PublishedPorts {
  ExposedPorts: Record<string, object>;
  PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
}

export const noPorts: PublishedPorts = { ExposedPorts: {}, PortBindings: {} };

/** Maximum number of ports of a container: the container runtime runs a process for each. */
const MAX_PORTS = 100;

/** Returns the host ports of these containers, bound to the address of their container instance. An empty one is any free port. */
export function publishedPorts(
  { hostAddress = "127.0.0.1" }: TaskSpec,
  plans: readonly ContainerPlan[],
): PublishedPorts {
  const found: PublishedPorts = { ExposedPorts: {}, PortBindings: {} };
  for (const plan of plans) {
    for (const { port, hostPort } of mappedPorts(plan)) {
      found.ExposedPorts[port] = {};
      found.PortBindings[port] = [...(found.PortBindings[port] ?? []), { HostIp: hostAddress, HostPort: hostPort }];
    }
  }
  return found;
}

/** Returns the host ports that lead to a container, including one in the namespace of another. */
export async function bindingsOf(
  containerRuntime: ContainerRuntime,
  container: Container,
  plan: ContainerPlan,
): Promise<NetworkBinding[]> {
  const { HostConfig, NetworkSettings } = await container.inspect();
  const [, holder] = /^container:(.+)$/.exec(HostConfig.NetworkMode ?? "") ?? [];
  const { Ports } =
    holder === undefined
      ? NetworkSettings
      : (await containerRuntime.docker.getContainer(holder).inspect()).NetworkSettings;
  const own = [...new Set(mappedPorts(plan).map(({ port }) => port))];
  return own.flatMap((port) => {
    const [containerPort, protocol] = port.split("/");
    return (Ports[port] ?? []).map(({ HostIp, HostPort }) => ({
      bindIP: HostIp,
      containerPort: Number(containerPort),
      hostPort: Number(HostPort),
      protocol: protocol === "udp" ? ("udp" as const) : ("tcp" as const),
    }));
  });
}

function mappedPorts({ name, definition }: ContainerPlan): { port: string; hostPort: string }[] {
  const mapped = objects(definition.portMappings).flatMap(
    ({ containerPort, containerPortRange, hostPort, protocol = "tcp" }) => {
      if (typeof containerPortRange !== "string") {
        return [{ port: `${containerPort}/${protocol}`, hostPort: hostPort ? String(hostPort) : "" }];
      }
      const [from = 0, to = 0] = containerPortRange.split("-").map(Number);
      const count = Math.min(to - from + 1, MAX_PORTS + 1);
      return Array.from({ length: count }, (_, index) => ({ port: `${from + index}/${protocol}`, hostPort: "" }));
    },
  );
  if (mapped.length <= MAX_PORTS) return mapped;
  throw new TaskFailure(
    `ResourceInitializationError: the local AWS binds at most ${MAX_PORTS} ports of a container`,
    name,
  );
}
