import type { Json, JsonObject } from "../../wire/service.js";
import { containersOf, object, objects } from "../model/task-definition.js";
import { client, invalid } from "./errors.js";
import { taskSize } from "./task-size.js";

/** What a task definition must be, for ECS and for Fargate: the only place tasks run on here. Throws at the first mistake. */
export function checkTaskDefinition(input: JsonObject): void {
  checkFamily(input.family);
  checkSize(input);
  const containers = containersOf(input);
  checkContainers(containers);
  checkFargate(input, containers);
  checkReferences(input, containers);
}

const FAMILY = /^[a-zA-Z0-9_-]{1,255}$/;
const LARGEST = 64 * 1024;
const MOST_CONTAINERS = 10;

function checkFamily(family: Json | undefined): void {
  if (typeof family !== "string" || family === "") throw client("Family should not be null or empty.");
  if (!FAMILY.test(family)) throw client("Family contains invalid characters.");
}

function checkSize(input: JsonObject): void {
  const size = Buffer.byteLength(JSON.stringify(input));
  if (size > LARGEST) throw client(`Actual length: '${size}'. Max allowed length is '${LARGEST}' bytes.`);
}

function checkContainers(containers: readonly JsonObject[]): void {
  if (containers.length === 0) throw client("Container list cannot be empty.");
  if (containers.length > MOST_CONTAINERS) throw client(`Container count must not exceed ${MOST_CONTAINERS}.`);
  const names = new Set<string>();
  for (const container of containers) {
    checkContainer(container);
    const name = String(container.name);
    if (names.has(name)) throw client(`Container.name should be unique: '${name}' is used more than once.`);
    names.add(name);
  }
  if (containers.every((container) => container.essential === false)) {
    throw client("Invalid setting: at least one container must be essential.");
  }
}

function checkContainer(container: JsonObject): void {
  const { name, image } = container;
  if (typeof name !== "string" || name === "") throw client("Container.name should not be null or empty.");
  if (!FAMILY.test(name)) throw client("Container.name contains invalid characters.");
  if (typeof image !== "string" || image === "") throw client("Container.image should not be null or empty.");
  if (image.length > 255 || /\s/.test(image)) throw client("Container.image contains invalid characters.");
  for (const mapping of objects(container.portMappings)) checkPort(name, mapping);
  checkHealthCheck(name, container.healthCheck);
  const { stopTimeout, memory, memoryReservation } = container;
  if (typeof stopTimeout === "number" && (stopTimeout < 0 || stopTimeout > 120)) {
    throw client(`Invalid stopTimeout for container '${name}': the max stop timeout value on Fargate is 120 seconds.`);
  }
  if (typeof memory === "number" && typeof memoryReservation === "number" && memoryReservation > memory) {
    throw client(
      `Invalid setting for container '${name}'. The 'memory' must be greater than or equal to the 'memoryReservation'.`,
    );
  }
}

/** Seconds and counts that a health check may have: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html */
const HEALTH_CHECK: [member: string, least: number, most: number][] = [
  ["interval", 5, 300],
  ["timeout", 2, 60],
  ["retries", 1, 10],
  ["startPeriod", 0, 300],
];

function checkHealthCheck(name: string, healthCheck: Json | undefined): void {
  const given = object(healthCheck);
  if (healthCheck !== undefined && healthCheck !== null && !Array.isArray(given.command)) {
    throw client(`Invalid health check for container '${name}': command should not be null or empty.`);
  }
  for (const [member, least, most] of HEALTH_CHECK) {
    const value = given[member];
    if (typeof value !== "number" || (value >= least && value <= most)) continue;
    throw client(
      `Invalid health check for container '${name}': ${member} ${value} is not between ${least} and ${most}.`,
    );
  }
}

function checkPort(name: string, { containerPort, hostPort, protocol }: JsonObject): void {
  const valid = (port: Json | undefined) =>
    typeof port === "number" && Number.isInteger(port) && port >= 0 && port <= 65_535;
  if (!valid(containerPort) || containerPort === 0)
    throw client(`Invalid 'containerPort' setting for container '${name}'.`);
  if (hostPort !== undefined && hostPort !== null && hostPort !== 0 && hostPort !== containerPort) {
    throw client("When networkMode=awsvpc, the host ports and container ports in port mappings must match.");
  }
  if (protocol !== undefined && protocol !== null && protocol !== "tcp" && protocol !== "udp") {
    throw client(`Invalid 'protocol' setting for container '${name}'.`);
  }
}

function checkFargate(input: JsonObject, containers: readonly JsonObject[]): void {
  const refused = (what: string) => client(`Tasks using the Fargate launch type do not support ${what}.`);
  if (input.networkMode !== "awsvpc") throw client("Fargate only supports network mode ‘awsvpc’.");
  if (input.pidMode === "host") throw refused("pidMode 'host'. The supported value for pidMode is 'task'");
  if (input.ipcMode !== undefined && input.ipcMode !== null) throw refused("ipcMode");
  for (const volume of objects(input.volumes)) {
    const { sourcePath } = object(volume.host);
    if (sourcePath !== undefined && sourcePath !== null) throw refused("host.sourcePath for volumes");
    if (volume.dockerVolumeConfiguration !== undefined) throw refused("dockerVolumeConfiguration for volumes");
  }
  for (const container of containers) {
    if (container.privileged === true) throw refused("privileged containers");
    const linux = object(container.linuxParameters);
    const added = object(linux.capabilities).add;
    // Fargate allows one capability to be added, for debuggers; it would be added on this machine's kernel.
    if (Array.isArray(added) && added.length > 0) throw refused(`adding capabilities (${added.join(", ")})`);
    if (objects(linux.devices).length > 0) throw refused("linuxParameters.devices");
    if (Array.isArray(container.links) && container.links.length > 0) throw refused("links");
    checkLogs(object(container.logConfiguration), input.executionRoleArn);
  }
  checkSizes(input, containers);
}

function checkLogs({ logDriver, options }: JsonObject, executionRole: Json | undefined): void {
  if (logDriver !== "awslogs") return;
  const given = object(options);
  const missing = ["awslogs-region", "awslogs-group"].filter((name) => !given[name]);
  if (missing.length > 0) throw client(`Log driver awslogs requires options: ${missing.join(", ")}`);
  if (!executionRole) {
    throw client("Fargate requires task definition to have execution role ARN to support log driver awslogs.");
  }
}

function checkSizes(input: JsonObject, containers: readonly JsonObject[]): void {
  const { cpu } = taskSize(input.cpu, input.memory);
  const total = containers.reduce((sum, container) => sum + (typeof container.cpu === "number" ? container.cpu : 0), 0);
  if (total > cpu)
    throw client(`The total 'cpu' of the containers, ${total}, must not exceed that of the task, ${cpu}.`);
}

function checkReferences(input: JsonObject, containers: readonly JsonObject[]): void {
  const names = new Set(containers.map((container) => container.name));
  const volumes = new Set(objects(input.volumes).map((volume) => volume.name));
  for (const container of containers) {
    for (const { sourceVolume } of objects(container.mountPoints)) {
      if (!volumes.has(sourceVolume ?? null)) throw client(`Unknown volume '${sourceVolume}'.`);
    }
    for (const { containerName } of objects(container.dependsOn)) {
      if (!names.has(containerName ?? null)) {
        throw invalid(`Container '${container.name}' depends on container '${containerName}', which does not exist.`);
      }
    }
  }
}
