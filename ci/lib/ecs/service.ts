import type { Service, ServiceField } from "@aws-sdk/client-ecs";
import type { Aws } from "../aws/clients.js";
import { withDescribedErrors } from "../aws/describe-error.js";
import { listPages } from "../aws/paging.js";
import { describeTaskDefinition, type JsonObject, type RawTaskDefinition } from "../aws/raw-task-definition.js";
import { abort, sdk } from "../aws/sdk.js";
import { nameIn } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import { hintFrom, hintPages } from "../common/name-suggestions.js";
import type { Target } from "../config/target.js";
import { type Running, runningOf } from "./containers.js";
import { refuseUnsupported } from "./supported-services.js";

/** The service as it is before a rollout. */
export interface CurrentService {
  service: Service;
  /** The revision that the service is set to: not necessarily the family's newest. */
  current: RawTaskDefinition;
  running: Running;
}

/**
 * Reads the target's service and its current task definition.
 * @throws InputError when there is none, or when it is of a kind that Slipway does not deploy to; SlipwayError when AWS does not answer.
 * Nothing is changed.
 */
export async function readService(aws: Aws, target: Target, signal?: AbortSignal): Promise<CurrentService> {
  return await withDescribedErrors(read(aws, target, signal));
}

async function read(aws: Aws, target: Target, signal?: AbortSignal): Promise<CurrentService> {
  // With its tags: a deploy task gets them where the service's own tasks do.
  const service = await describeService(aws, target, signal, ["TAGS"]);
  refuseUnsupported(service, target);
  const current = await describeTaskDefinition(aws.ecs, service.taskDefinition ?? "", signal);
  refuseOtherFamily(current.taskDefinition, target);
  return { service, current, running: runningOf(current, target) };
}

export async function describeService(
  aws: Aws,
  target: Pick<Target, "region" | "cluster" | "service">,
  signal?: AbortSignal,
  include?: ServiceField[],
): Promise<Service> {
  const { cluster, service: name } = target;
  const command = new sdk.ecs.DescribeServicesCommand({ cluster, services: [name], ...(include && { include }) });
  try {
    const answer = await aws.ecs.send(command, abort({ signal }));
    const service = answer.services?.[0];
    if (service) return service;
  } catch (cause) {
    if ((cause as Error).name !== "ClusterNotFoundException") throw cause;
    throw new InputError(
      "no-cluster",
      `There is no cluster "${target.cluster}" in ${target.region}. ${await hintFrom("clusters", target.cluster, listClusters(aws, signal), signal)} Correct "cluster" or "region" in the target.`,
      { cause },
    );
  }
  throw new InputError(
    "no-service",
    `There is no service "${target.service}" in cluster "${target.cluster}". ${await hintFrom("services", target.service, listServices(aws, target, signal), signal)} Correct "service" in the target, or create it first.`,
  );
}

/** Returns true when ECS has no such service, or no such cluster. */
export function isNotFound(error: unknown): error is InputError {
  return error instanceof InputError && (error.code === "no-cluster" || error.code === "no-service");
}

function listClusters(aws: Aws, signal?: AbortSignal) {
  return listPages(async (token) => {
    const command = new sdk.ecs.ListClustersCommand({ maxResults: 100, ...(token && { nextToken: token }) });
    const { clusterArns = [], nextToken } = await aws.ecs.send(command, abort({ signal }));
    return { items: clusterArns.map(nameIn), nextToken };
  }, hintPages);
}

function listServices(aws: Aws, { cluster }: Pick<Target, "cluster">, signal?: AbortSignal) {
  return listPages(async (token) => {
    const command = new sdk.ecs.ListServicesCommand({ cluster, maxResults: 100, ...(token && { nextToken: token }) });
    const { serviceArns = [], nextToken } = await aws.ecs.send(command, abort({ signal }));
    return { items: serviceArns.map(nameIn), nextToken };
  }, hintPages);
}

function refuseOtherFamily(taskDefinition: JsonObject, target: Target): void {
  if (taskDefinition.family === target.family) return;
  throw new InputError(
    "other-family",
    `Service "${target.service}" runs task family "${taskDefinition.family}", but the target names "${target.family}". Correct "family" in the target if this is the intended service.`,
  );
}

/** Returns the ids of the service's events. */
export function eventIds({ events }: Service): ReadonlySet<string> {
  return new Set(events?.map(({ id = "" }) => id));
}
