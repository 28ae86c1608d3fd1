import type { Service } from "@aws-sdk/client-ecs";
import { chunksOf, readPages } from "../../aws/paging.js";
import { abort, sdk } from "../../aws/sdk.js";
import type { Session } from "../session.js";
import { type RevisionUses, revisionOf } from "./revision-uses.js";

/** Reads the ARNs of all clusters of the account in the region. */
export function listClusters(session: Session): Promise<string[]> {
  return readPages(async (nextToken) => {
    const command = new sdk.ecs.ListClustersCommand({ ...(nextToken && { nextToken }) });
    const page = await session.aws.ecs.send(command, abort(session));
    return { items: page.clusterArns, nextToken: page.nextToken };
  });
}

/** Reads all services of all clusters. @throws Error when ECS does not describe one of them. */
export async function listServices(session: Session, clusters: readonly string[]): Promise<Service[]> {
  const services: Service[] = [];
  for (const cluster of clusters) {
    const arns = await readPages(async (nextToken) => {
      const command = new sdk.ecs.ListServicesCommand({ cluster, maxResults: 100, ...(nextToken && { nextToken }) });
      const page = await session.aws.ecs.send(command, abort(session));
      return { items: page.serviceArns, nextToken: page.nextToken };
    });
    for (const part of chunksOf(arns, 10)) services.push(...(await describe(session, cluster, part)));
  }
  return services;
}

async function describe(session: Session, cluster: string, services: string[]): Promise<Service[]> {
  const command = new sdk.ecs.DescribeServicesCommand({ cluster, services });
  const answer = await session.aws.ecs.send(command, abort(session));
  // A service that was deleted since it was listed uses nothing; any other failure may hide a use.
  const hidden = answer.failures?.find(({ reason }) => reason !== "MISSING");
  if (hidden) throw new Error(`ECS did not describe ${hidden.arn} (${hidden.reason}).`);
  return answer.services ?? [];
}

/** Adds the revisions of a service, of its deployments and of its task sets. @returns True when it uses the family. */
export function addService(uses: RevisionUses, service: Service): boolean {
  const { taskDefinition, deployments = [], taskSets = [] } = service;
  const name = `service ${service.serviceName}`;
  uses.add(taskDefinition, `${name} is set to it`);
  for (const one of deployments) uses.add(one.taskDefinition, `a deployment of ${name} has it`);
  for (const one of taskSets) uses.add(one.taskDefinition, `a task set of ${name} has it`);
  const all = [taskDefinition, ...[...deployments, ...taskSets].map((one) => one.taskDefinition)];
  return all.some((one) => revisionOf(one ?? "", uses.family) !== undefined);
}
