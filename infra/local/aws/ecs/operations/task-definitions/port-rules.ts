import type { Json, JsonObject } from "../../../protocol/service.js";
import { objects } from "../../model/task-definition-json.js";
import { clientException } from "../common/ecs-errors.js";

/** Ports of a mapping; both ends are inclusive. */
interface PortRange {
  from: number;
  to: number;
}

const MAX_PORT = 65_535;
/** Maximum number of port ranges of a container: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html */
const MAX_RANGES = 100;

/** Checks a container's port mappings under the task's network mode. Throws ECS's error at the first violation. */
export function checkPorts(name: string, portMappings: Json | undefined, networkMode: string): void {
  const mappings = objects(portMappings);
  if (mappings.length > 0 && networkMode === "none") {
    throw clientException(
      `Invalid setting for container '${name}': port mappings are not valid when networkMode=none.`,
    );
  }
  if (mappings.filter(isRange).length > MAX_RANGES) {
    throw clientException(
      `Invalid setting for container '${name}': at most ${MAX_RANGES} 'containerPortRange' are accepted.`,
    );
  }
  const taken: (PortRange & { protocol: string; ranged: boolean })[] = [];
  for (const mapping of mappings) {
    const protocol = String(mapping.protocol ?? "tcp");
    if (protocol !== "tcp" && protocol !== "udp")
      throw clientException(`Invalid 'protocol' setting for container '${name}'.`);
    const ranged = isRange(mapping);
    const range = ranged ? checkRange(name, mapping, networkMode) : checkPort(name, mapping, networkMode);
    const overlaps = taken.some(
      (other) =>
        (ranged || other.ranged) && other.protocol === protocol && other.from <= range.to && range.from <= other.to,
    );
    if (overlaps) {
      throw clientException(
        `Invalid 'containerPortRange' setting for container '${name}': port mappings must not overlap.`,
      );
    }
    taken.push({ ...range, protocol, ranged });
  }
}

/** Adds the defaults of a port mapping: in awsvpc and host mode the host port is the container's. */
export function completePort(mapping: JsonObject, networkMode: string): JsonObject {
  const known = { protocol: "tcp", ...mapping };
  if (isRange(mapping)) return known;
  const same = networkMode === "awsvpc" || networkMode === "host";
  return { ...known, hostPort: same ? (mapping.containerPort ?? null) : (mapping.hostPort ?? 0) };
}

const isRange = ({ containerPortRange }: JsonObject) => containerPortRange !== undefined && containerPortRange !== null;

function checkPort(name: string, { containerPort, hostPort }: JsonObject, networkMode: string): PortRange {
  if (!isPort(containerPort, 1)) throw clientException(`Invalid 'containerPort' setting for container '${name}'.`);
  if (hostPort !== undefined && hostPort !== null && !isPort(hostPort, 0)) {
    throw clientException(`Invalid 'hostPort' setting for container '${name}'.`);
  }
  const isOwn = networkMode === "awsvpc" || networkMode === "host";
  if (isOwn && hostPort && hostPort !== containerPort) {
    throw clientException(
      `When networkMode=${networkMode}, the host ports and container ports in port mappings must match.`,
    );
  }
  return { from: Number(containerPort), to: Number(containerPort) };
}

function checkRange(name: string, mapping: JsonObject, networkMode: string): PortRange {
  const invalidRange = (why: string) =>
    clientException(`Invalid 'containerPortRange' setting for container '${name}': ${why}`);
  const { containerPort, hostPort, containerPortRange } = mapping;
  if (containerPort !== undefined || hostPort !== undefined) {
    throw invalidRange("neither 'containerPort' nor 'hostPort' can be given beside it.");
  }
  if (networkMode === "host") throw invalidRange("the network modes awsvpc and bridge are accepted.");
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(String(containerPortRange)) ?? [];
  const range = { from: Number(from), to: Number(to) };
  if (!isPort(range.from, 1) || !isPort(range.to, 1) || range.from >= range.to) {
    throw invalidRange(`'${containerPortRange}' is not a range such as 9000-9010 of ports from 1 to ${MAX_PORT}.`);
  }
  return range;
}

function isPort(port: Json | undefined, min: number): boolean {
  return typeof port === "number" && Number.isInteger(port) && port >= min && port <= MAX_PORT;
}
