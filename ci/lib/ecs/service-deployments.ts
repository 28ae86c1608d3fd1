import type { ServiceDeployment, ServiceDeploymentBrief, ServiceRevision } from "@aws-sdk/client-ecs";
import { AccessDeniedError } from "../aws/errors.js";
import { readChunks, readPages } from "../aws/paging.js";
import { abort, sdk } from "../aws/sdk.js";
import type { EcsContext } from "./context.js";
import type { ServiceDeploymentView } from "./snapshot.js";
import { briefView, serviceDeploymentView } from "./views.js";

/** A service deployment as the list returns it, with its task definition revision. */
export interface ListedDeployment {
  arn: string;
  status: string;
  createdAt: number;
  /** ARN of its task definition revision. */
  taskDefinition: string;
  statusReason?: string;
  finishedAt?: number;
  /** ARN of the service revision that it rolls out. */
  target?: string;
}

/** Task definition ARNs by service revision ARN. Service revisions never change: each is read once. */
export type RevisionCache = Map<string, string>;

/**
 * Lists the service's deployments that began after `since`, newest first.
 * @param since On AWS's clock, such as a revision's registration: what deploys it can't be older. It bounds the paging.
 */
export async function listServiceDeployments(
  context: EcsContext,
  since: number,
  cache: RevisionCache,
): Promise<ListedDeployment[]> {
  const briefs = await readPages(async (token) => {
    const { serviceDeployments = [], nextToken } = await listPage(context, token);
    const items = serviceDeployments.filter((brief) => createdAt(brief) >= since);
    return { items, nextToken: items.length < serviceDeployments.length ? undefined : nextToken };
  });
  await learnRevisions(context, briefs, cache);
  return briefs.map((brief) => ({
    arn: brief.serviceDeploymentArn ?? "",
    status: brief.status ?? "",
    createdAt: createdAt(brief),
    taskDefinition: cache.get(brief.targetServiceRevisionArn ?? "") ?? "",
    ...(brief.statusReason !== undefined && { statusReason: brief.statusReason }),
    ...(brief.finishedAt && { finishedAt: brief.finishedAt.getTime() }),
    ...(brief.targetServiceRevisionArn !== undefined && { target: brief.targetServiceRevisionArn }),
  }));
}

/** The service's deployments; `classicOnly` is the reason where they can't be read. */
export interface ReadableDeployments {
  listed: ListedDeployment[];
  classicOnly?: string;
}

/** As `listServiceDeployments`, for credentials that may lack permission for the newer APIs. */
export async function readableDeployments(
  context: EcsContext,
  since: number,
  cache: RevisionCache = new Map(),
): Promise<ReadableDeployments> {
  try {
    return { listed: await listServiceDeployments(context, since, cache) };
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    return { listed: [], classicOnly: notPermitted(error) };
  }
}

export function notPermitted(error: AccessDeniedError): string {
  return `${error.action} is not permitted`;
}

/** @returns undefined while ECS does not return it yet, or no longer does. */
export async function describeServiceDeployment(
  context: EcsContext,
  arn: string,
): Promise<ServiceDeploymentView | undefined> {
  return (await describeServiceDeployments(context, [arn]))[0];
}

export async function describeServiceDeployments(
  context: EcsContext,
  arns: readonly string[],
): Promise<ServiceDeploymentView[]> {
  return (await readServiceDeployments(context, arns)).map(serviceDeploymentView);
}

/** Reads service deployments as ECS returns them. Those that it no longer keeps are left out. */
export async function readServiceDeployments(
  context: EcsContext,
  arns: readonly string[],
): Promise<ServiceDeployment[]> {
  return await readChunks(arns, describedAtOnce, async (serviceDeploymentArns) => {
    const command = new sdk.ecs.DescribeServiceDeploymentsCommand({ serviceDeploymentArns });
    return (await context.aws.ecs.send(command, abort(context))).serviceDeployments;
  });
}

/** Lists the newest `count` deployments of the service. */
export async function listRecent(context: EcsContext, count: number): Promise<ServiceDeploymentBrief[]> {
  let listed = 0;
  const briefs = await readPages(async (token) => {
    const { serviceDeployments: items = [], nextToken } = await listPage(context, token);
    listed += items.length;
    return { items, nextToken: listed < count ? nextToken : undefined };
  });
  return briefs.sort((a, b) => createdAt(b) - createdAt(a)).slice(0, count);
}

/** Describes deployments, or returns what the list has of them where the details may not be read. */
export async function describeOrListed(
  context: EcsContext,
  briefs: readonly ServiceDeploymentBrief[],
): Promise<ServiceDeploymentView[]> {
  try {
    const arns = briefs.map((brief) => brief.serviceDeploymentArn ?? "");
    return await describeServiceDeployments(context, arns);
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error;
    return briefs.map(briefView);
  }
}

const describedAtOnce = 20;

/** Returns the first deployment of one of these revisions, in any state. */
export function earliestOf(
  listed: readonly ListedDeployment[],
  revisions: readonly { arn: string }[],
): ListedDeployment | undefined {
  return listed
    .filter((one) => revisions.some(({ arn }) => arn === one.taskDefinition))
    .sort((a, b) => a.createdAt - b.createdAt)[0];
}

function listPage(context: EcsContext, nextToken: string | undefined) {
  const { cluster, service } = context.target;
  const command = new sdk.ecs.ListServiceDeploymentsCommand({ cluster, service, ...(nextToken && { nextToken }) });
  return context.aws.ecs.send(command, abort(context));
}

async function learnRevisions(context: EcsContext, briefs: ServiceDeploymentBrief[], cache: RevisionCache) {
  const arns = briefs.map((brief) => brief.targetServiceRevisionArn ?? "").filter((arn) => arn && !cache.has(arn));
  for (const [arn, taskDefinition] of await taskDefinitionsOf(context, arns)) cache.set(arn, taskDefinition);
}

/** Reads the task definitions of service revisions, by the service revision's ARN. */
export async function taskDefinitionsOf(context: EcsContext, arns: readonly string[]): Promise<RevisionCache> {
  const revisions = await describeRevisions(context, arns);
  return new Map([...revisions].map(([arn, { taskDefinition = "" }]) => [arn, taskDefinition]));
}

/** Reads service revisions, by ARN. */
export async function describeRevisions(
  context: EcsContext,
  arns: readonly string[],
): Promise<Map<string, ServiceRevision>> {
  const found = await readChunks(arns, describedAtOnce, async (serviceRevisionArns) => {
    const command = new sdk.ecs.DescribeServiceRevisionsCommand({ serviceRevisionArns });
    return (await context.aws.ecs.send(command, abort(context))).serviceRevisions;
  });
  return new Map(found.map((revision) => [revision.serviceRevisionArn ?? "", revision]));
}

function createdAt(brief: ServiceDeploymentBrief): number {
  return brief.createdAt?.getTime() ?? 0;
}
