import type { Container } from "dockerode";
import type { Engine } from "../../../containers/connect.js";
import type { NetworkBinding } from "../model/capacity-records.js";
import { objects } from "../model/task-definition-json.js";
import type { TaskSpec } from "../task-runtime.js";
import type { ContainerPlan } from "./container-plan.js";
import { TaskFailure } from "./task-failure.js";

/** As the engine's API takes them, such as `80/tcp`. */
export interface PublishedPorts {
  ExposedPorts: Record<string, object>;
  PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
}

export const noPorts: PublishedPorts = { ExposedPorts: {}, PortBindings: {} };

/** Most ports of a container: the engine runs a process for each. */
const MOST = 100;

/** Returns the host ports of these containers, bound to the address of their container instance. 0 is any free port. */
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

/** Reads which host ports lead to a container, also one in the namespace of another. */
export async function bindingsOf(engine: Engine, container: Container, plan: ContainerPlan): Promise<NetworkBinding[]> {
  const { HostConfig, NetworkSettings } = await container.inspect();
  const [, holder] = /^container:(.+)$/.exec(HostConfig.NetworkMode ?? "") ?? [];
  const { Ports } =
    holder === undefined ? NetworkSettings : (await engine.docker.getContainer(holder).inspect()).NetworkSettings;
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
      const count = Math.min(to - from + 1, MOST + 1);
      return Array.from({ length: count }, (_, index) => ({ port: `${from + index}/${protocol}`, hostPort: "" }));
    },
  );
  if (mapped.length <= MOST) return mapped;
  throw new TaskFailure(`ResourceInitializationError: the local AWS binds at most ${MOST} ports of a container`, name);
}
