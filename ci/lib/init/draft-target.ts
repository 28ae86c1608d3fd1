import type { Service } from "@aws-sdk/client-ecs";
import type { JsonObject } from "../aws/raw-task-definition.js";
import { InputError } from "../common/errors.js";
import type { Target, TargetFile } from "../config/target.js";
import { objects } from "../ecs/containers.js";
import { completed, repositoryOf } from "../ecs/resolve-target.js";

/** A target file with as few keys as its service needs, and what the file leaves to the user. */
export interface Draft {
  file: TargetFile & { account: string };
  /** The same, completed from the service. */
  target: Target;
  /** Sentences about what was chosen and may be wrong. */
  choices: string[];
  /** The repository that has to be created, where no container runs an image of a private one. */
  missingRepository?: string;
}

/**
 * Drafts a target for a service: `containers` only where several own images leave open which one is released, `repository` only where
 * no image is in a private repository. Pure.
 */
export function draftTarget(
  wanted: TargetFile & { account: string },
  service: Pick<Service, "loadBalancers">,
  taskDefinition: JsonObject,
): Draft {
  const ambiguous = tryComplete(wanted, service, taskDefinition);
  if (typeof ambiguous !== "string") return { file: wanted, target: ambiguous, choices: [] };
  const { containers, choice, isPrivate } = chooseContainers(service, taskDefinition);
  const repository = isPrivate ? undefined : repositoryName(wanted.service);
  const file = { ...wanted, containers, ...(repository !== undefined && { repository }) };
  return {
    file,
    target: completed(file, service, taskDefinition),
    choices: choice === undefined ? [] : [choice],
    ...(repository !== undefined && { missingRepository: repository }),
  };
}

/** @returns The target, or the code of why the containers or the repository are left open. */
function tryComplete(file: TargetFile & { account: string }, ...live: [Pick<Service, "loadBalancers">, JsonObject]) {
  try {
    return completed(file, ...live);
  } catch (error) {
    if (error instanceof InputError && ["which-container", "no-repository"].includes(error.code)) return error.code;
    throw error;
  }
}

/** Chooses the container behind the load balancer, else the first with a port, else the first; and all that run the same image. */
function chooseContainers({ loadBalancers = [] }: Pick<Service, "loadBalancers">, taskDefinition: JsonObject) {
  const all = objects(taskDefinition.containerDefinitions);
  const own = all.filter(({ image }) => repositoryOf(String(image)) !== undefined);
  const candidates = own.length > 0 ? own : all;
  const balanced = candidates.find(({ name }) => loadBalancers.some(({ containerName }) => containerName === name));
  const chosen = balanced ?? candidates.find(({ portMappings }) => objects(portMappings).length > 0) ?? candidates[0];
  const containers = all.filter(({ image }) => image === chosen?.image).map(({ name }) => String(name));
  const others = candidates.filter(({ name }) => !containers.includes(String(name)));
  const why = balanced ? "behind the load balancer" : "the first with a port";
  const choice =
    others.length === 0
      ? undefined
      : `"containers" is ${JSON.stringify(containers)} (${why}); ${others.map(({ name, image }) => `${name} runs ${image}`).join(", ")}. Correct it where another container is released.`;
  return { containers, choice, isPrivate: own.length > 0 };
}

/** Derives an ECR repository's name from a service's: lower case, without two separators in a row. */
function repositoryName(service: string): string {
  const name = service
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return name.length >= 2 ? name : `app-${name || "image"}`;
}
