import { AwsError, type Json, type JsonObject } from "../../../protocol/service.js";
import { containersOf, networkModeOf, object, objects, texts } from "../../model/task-definition-json.js";
import { clientException, shownValue } from "../common/ecs-errors.js";
import { checkFargate } from "./fargate-rules.js";
import { checkPorts } from "./port-rules.js";
import { instanceTaskSize } from "./task-size.js";
import { checkVolumes } from "./volume-rules.js";

/**
 * Checks a task definition, also for Fargate where it requires that, and returns the launch types that can run it. Throws ECS's error at the
 * first violation.
 */
export function checkTaskDefinition(input: JsonObject): { compatibilities: string[] } {
  checkFamily(input.family);
  checkSize(input);
  const containers = containersOf(input);
  const networkMode = networkModeOf(input);
  checkContainers(containers, networkMode);
  if (texts(input.requiresCompatibilities).includes("FARGATE")) checkFargate(input, containers);
  checkVolumes(input, containers);
  checkDependencies(containers);
  checkInstanceSizes(input, containers);
  const compatibilities = networkMode === "awsvpc" ? ["EC2"] : ["EXTERNAL", "EC2"];
  return { compatibilities: runsOnFargate(input, containers) ? [...compatibilities, "FARGATE"] : compatibilities };
}

function runsOnFargate(input: JsonObject, containers: readonly JsonObject[]): boolean {
  try {
    checkFargate(input, containers);
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}

const NAME = /^[a-zA-Z0-9_-]{1,255}$/;
const MAX_BYTES = 64 * 1024;
const MAX_CONTAINERS = 10;

function checkFamily(family: Json | undefined): void {
  if (typeof family !== "string" || family === "") throw clientException("Family should not be null or empty.");
  if (!NAME.test(family)) throw clientException("Family contains invalid characters.");
}

function checkSize(input: JsonObject): void {
  const size = Buffer.byteLength(JSON.stringify(input));
  if (size > MAX_BYTES) throw clientException(`Actual length: '${size}'. Max allowed length is '${MAX_BYTES}' bytes.`);
}

function checkContainers(containers: readonly JsonObject[], networkMode: string): void {
  if (containers.length === 0) throw clientException("Container list cannot be empty.");
  if (containers.length > MAX_CONTAINERS) throw clientException(`Container count must not exceed ${MAX_CONTAINERS}.`);
  const names = new Set<string>();
  for (const container of containers) {
    checkContainer(container, networkMode);
    const name = String(container.name);
    if (names.has(name)) throw clientException(`Container.name should be unique: '${name}' is used more than once.`);
    names.add(name);
  }
  if (containers.every((container) => container.essential === false)) {
    throw clientException("Invalid setting: at least one container must be essential.");
  }
}

function checkContainer(container: JsonObject, networkMode: string): void {
  const { name, image } = container;
  if (typeof name !== "string" || name === "") throw clientException("Container.name should not be null or empty.");
  if (!NAME.test(name)) throw clientException("Container.name contains invalid characters.");
  if (typeof image !== "string" || image === "") throw clientException("Container.image should not be null or empty.");
  if (image.length > 255 || /\s/.test(image)) throw clientException("Container.image contains invalid characters.");
  checkPorts(name, container.portMappings, networkMode);
  if (texts(container.links).length > 0 && networkMode !== "bridge") {
    throw clientException(`Links are not supported when networkMode=${networkMode}.`);
  }
  checkLogs(object(container.logConfiguration));
  checkHealthCheck(name, container.healthCheck);
  const { memory, memoryReservation } = container;
  if (typeof memory === "number" && typeof memoryReservation === "number" && memoryReservation > memory) {
    throw clientException(
      `Invalid setting for container '${name}'. The 'memory' must be greater than or equal to the 'memoryReservation'.`,
    );
  }
}

/** Limits of a health check's seconds and counts: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html */
const HEALTH_CHECK: [member: string, min: number, max: number][] = [
  ["interval", 5, 300],
  ["timeout", 2, 60],
  ["retries", 1, 10],
  ["startPeriod", 0, 300],
];

function checkHealthCheck(name: string, healthCheck: Json | undefined): void {
  const given = object(healthCheck);
  if (healthCheck !== undefined && healthCheck !== null && !Array.isArray(given.command)) {
    throw clientException(`Invalid health check for container '${name}': command should not be null or empty.`);
  }
  for (const [member, min, max] of HEALTH_CHECK) {
    const value = given[member];
    if (typeof value !== "number" || (value >= min && value <= max)) continue;
    throw clientException(
      `Invalid health check for container '${name}': ${member} ${value} is not between ${min} and ${max}.`,
    );
  }
}

function checkLogs({ logDriver, options }: JsonObject): void {
  if (logDriver !== "awslogs") return;
  const given = object(options);
  const missing = ["awslogs-region", "awslogs-group"].filter((name) => !given[name]);
  if (missing.length > 0) throw clientException(`Log driver awslogs requires options: ${missing.join(", ")}`);
}

/** Checks that the task or each of its containers states its memory. */
function checkInstanceSizes(input: JsonObject, containers: readonly JsonObject[]): void {
  if (instanceTaskSize(input.cpu, input.memory).memory !== undefined) return;
  for (const { name, memory, memoryReservation } of containers) {
    if (typeof memory === "number" || typeof memoryReservation === "number") continue;
    throw clientException(
      `Invalid setting for container '${name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
    );
  }
}

function checkDependencies(containers: readonly JsonObject[]): void {
  const names = new Set(containers.map((container) => container.name));
  const check = (container: JsonObject, on: Json | undefined) => {
    if (names.has(on ?? null)) return;
    throw clientException(
      `Container '${container.name}' depends on container '${shownValue(on)}', which does not exist.`,
    );
  };
  for (const container of containers) {
    for (const { containerName } of objects(container.dependsOn)) check(container, containerName);
    for (const link of texts(container.links)) check(container, link.split(":")[0]);
  }
}
