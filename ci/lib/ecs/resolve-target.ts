import type { Service } from "@aws-sdk/client-ecs";
import type { Clients } from "../aws/clients.js";
import { withDescribedErrors } from "../aws/describe-error.js";
import { describeTaskDefinition, type JsonObject } from "../aws/raw-task-definition.js";
import { registryAt, repositoryPattern } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import { parseImage, splitHost } from "../common/image-reference.js";
import type { Target, TargetFile } from "../config/target.js";
import { objects, platformOf } from "./containers.js";
import { describeService } from "./service.js";

/**
 * Completes a target from the live service. Reads nothing where the file states everything.
 * @param account Of the credentials.
 * @throws InputError when the service does not exist, or when its containers leave open which one is released.
 */
export async function resolveTarget(aws: Clients, file: TargetFile, account: string): Promise<Target> {
  const stated = statedTarget({ account, ...file });
  if (stated) return stated;
  const { service, taskDefinition } = await withDescribedErrors(readLive(aws, file));
  return completed({ ...file, account: file.account ?? account }, service, taskDefinition);
}

/** Returns the target that a file states completely; undefined where the live service must complete it. */
export function statedTarget(file: TargetFile): Target | undefined {
  const { account, family, repository, platform = "linux/amd64" } = file;
  const container = file.container ?? file.containers?.[0];
  if (account === undefined || family === undefined || repository === undefined || container === undefined)
    return undefined;
  return { ...file, account, family, repository, container, platform };
}

async function readLive(aws: Clients, file: TargetFile): Promise<{ service: Service; taskDefinition: JsonObject }> {
  const service = await describeService(aws, file);
  const { taskDefinition } = await describeTaskDefinition(aws.ecs, service.taskDefinition ?? "");
  return { service, taskDefinition };
}

/**
 * Completes a target from its service and the task definition that it runs. Pure.
 * @throws InputError
 */
export function completed(
  file: TargetFile & { account: string },
  service: Pick<Service, "loadBalancers">,
  taskDefinition: JsonObject,
): Target {
  const containers = file.containers ?? (file.container ? [file.container] : releasedContainers(file, taskDefinition));
  const [container = ""] = file.container ? [file.container] : publicFirst(containers, service);
  const running = objects(taskDefinition.containerDefinitions).find(({ name }) => name === container);
  const place = repositoryOf(String(running?.image ?? ""));
  const repository = file.repository ?? place?.name;
  if (repository === undefined)
    throw new InputError(
      "no-repository",
      `Container "${container}" runs ${running?.image}, which is no image of a private ECR repository, so it is open where releases are published. Create an ECR repository and name it in the target: "repository": "NAME".`,
    );
  const registry = file.registry ?? (file.repository === undefined ? registryOf(place, file) : undefined);
  const port = file.containerPort ?? portOf(running);
  if (file.verifyTasks && port === undefined)
    throw new InputError(
      "no-port",
      `Container "${container}" has no port mapping, so "verifyTasks" has no port to send requests to. Add "containerPort" to the target, or remove "verifyTasks".`,
    );
  return {
    ...file,
    family: file.family ?? String(taskDefinition.family),
    container,
    ...(containers.length > 1 && { containers }),
    repository,
    ...(registry && { registry }),
    ...(port !== undefined && { containerPort: port }),
    platform: file.platform ?? platformOf(taskDefinition),
  };
}

/**
 * The containers that run the service's own image: the only one there is, or those of the only private repository. Images that several
 * containers run alike move together; sidecars, whose images come from elsewhere, stay.
 */
function releasedContainers({ repository }: TargetFile, taskDefinition: JsonObject): string[] {
  const all = objects(taskDefinition.containerDefinitions);
  const named = (one: JsonObject) => repository === undefined || repositoryOf(String(one.image))?.name === repository;
  const own = all.length === 1 ? all : all.filter((one) => repositoryOf(String(one.image)) && named(one));
  if (own.length > 0 && new Set(own.map(({ image }) => image)).size === 1) return own.map(({ name }) => String(name));
  const listed = all.map(({ name, image }) => `  ${name}: ${image}`).join("\n");
  throw new InputError(
    "which-container",
    `Task definition ${taskDefinition.taskDefinitionArn} has ${own.length === 0 ? "no container whose image is in a private repository" : "containers of several images"}, so it is open which of them is released:\n${listed}\nName them in the target: "containers": ["NAME"].`,
  );
}

/** The container behind the load balancer stands for the others. */
function publicFirst(names: string[], { loadBalancers = [] }: Pick<Service, "loadBalancers">): string[] {
  const balanced = names.find((name) => loadBalancers.some(({ containerName }) => containerName === name));
  return balanced === undefined ? names : [balanced];
}

export interface Place {
  /** Of an ECR registry; absent for that of a local AWS. */
  account?: string;
  region?: string;
  name: string;
}

/** Returns the place of an image in a private ECR repository, or in a local AWS; undefined for any other. */
export function repositoryOf(image: string): Place | undefined {
  const [host = "", name] = splitHost(parseImage(image).repository);
  // The name becomes a part of a path that the registry's login is sent to.
  if (!repositoryPattern.test(name)) return undefined;
  const registry = registryAt(host);
  if (registry) return { ...registry, name };
  return /^(?:127\.0\.0\.1|localhost):\d+$/.test(host) ? { name } : undefined;
}

/** A repository of another account or region than the service's. */
function registryOf(place: Place | undefined, { account, region }: TargetFile): Target["registry"] {
  const foreign = {
    ...(place?.account !== undefined && place.account !== account && { account: place.account }),
    ...(place?.region !== undefined && place.region !== region && { region: place.region }),
  };
  return Object.keys(foreign).length > 0 ? foreign : undefined;
}

function portOf(container: JsonObject | undefined): number | undefined {
  const port = objects(container?.portMappings)[0]?.containerPort;
  return typeof port === "number" ? port : undefined;
}
