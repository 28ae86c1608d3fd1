import type { Service } from "@aws-sdk/client-ecs";
import { readChunks, readPages } from "../../aws/paging.js";
import { abort, sdk } from "../../aws/sdk.js";
import { nameIn } from "../../common/aws-names.js";
import { InputError } from "../../common/errors.js";
import { readService } from "../../ecs/service.js";
import { describeServiceDeployments, listRecent, taskDefinitionsOf } from "../../ecs/service-deployments.js";
import type { ServiceDeploymentView } from "../../ecs/snapshot.js";
import { isFinished } from "../../ecs/states.js";
import { historyLimit, readHistory } from "../history/read-history.js";
import { lastSuccessful } from "../history/rollback-target.js";
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
    services.push(...(await readChunks(arns, 10, (part) => describe(session, cluster, part))));
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

/** Adds the revisions of the family's unfinished tasks: also of draining ones, which ECS lists as STOPPED. */
export async function addTasks(session: Session, uses: RevisionUses, clusters: readonly string[]): Promise<void> {
  for (const cluster of clusters) {
    const arns = new Set<string>();
    for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
      for (const arn of await list(session, cluster, uses.family, desiredStatus)) arns.add(arn);
    }
    const described = await readChunks([...arns], 100, async (tasks) => {
      const command = new sdk.ecs.DescribeTasksCommand({ cluster, tasks });
      return (await session.aws.ecs.send(command, abort(session))).tasks;
    });
    for (const task of described) {
      if (task.lastStatus !== "STOPPED") uses.add(task.taskDefinitionArn, `task ${nameIn(task.taskArn ?? "")} runs it`);
    }
  }
}

function list(session: Session, cluster: string, family: string, desiredStatus: "RUNNING" | "STOPPED") {
  return readPages(async (nextToken) => {
    const command = new sdk.ecs.ListTasksCommand({ cluster, family, desiredStatus, ...(nextToken && { nextToken }) });
    const page = await session.aws.ecs.send(command, abort(session));
    return { items: page.taskArns, nextToken: page.nextToken };
  });
}

/** Adds the revisions that rules of EventBridge run as tasks, on a schedule or at an event, disabled rules included. */
export async function addRules(session: Session, uses: RevisionUses): Promise<void> {
  const events = await session.aws.lazy.events();
  const send = abort(session);
  const buses = await readPages(async (NextToken) => {
    const command = new sdk.events.ListEventBusesCommand({ ...(NextToken && { NextToken }) });
    const page = await events.send(command, send);
    return { items: page.EventBuses, nextToken: page.NextToken };
  });
  for (const { Name: EventBusName } of buses) {
    const rules = await readPages(async (NextToken) => {
      const command = new sdk.events.ListRulesCommand({ EventBusName, ...(NextToken && { NextToken }) });
      const page = await events.send(command, send);
      return { items: page.Rules, nextToken: page.NextToken };
    });
    for (const { Name: Rule } of rules) {
      const targets = await readPages(async (NextToken) => {
        const command = new sdk.events.ListTargetsByRuleCommand({
          Rule,
          EventBusName,
          ...(NextToken && { NextToken }),
        });
        const page = await events.send(command, send);
        return { items: page.Targets, nextToken: page.NextToken };
      });
      for (const target of targets) uses.add(target.EcsParameters?.TaskDefinitionArn, `rule ${Rule} runs it`);
    }
  }
}

/** Adds the revisions that schedules of EventBridge Scheduler run as tasks, of all groups, disabled schedules included. */
export async function addSchedules(session: Session, uses: RevisionUses): Promise<void> {
  const scheduler = await session.aws.lazy.scheduler();
  const listed = await readPages(async (NextToken) => {
    const command = new sdk.scheduler.ListSchedulesCommand({ MaxResults: 100, ...(NextToken && { NextToken }) });
    const page = await scheduler.send(command, abort(session));
    return { items: page.Schedules, nextToken: page.NextToken };
  });
  // The list has only the ARN of the target: a cluster (arn:aws:ecs:…) or an operation of ECS (arn:aws:scheduler:::aws-sdk:ecs:…).
  for (const { Name, GroupName } of listed.filter(({ Target }) => Target?.Arn?.includes(":ecs:"))) {
    const command = new sdk.scheduler.GetScheduleCommand({ Name, GroupName });
    const { Target } = await scheduler.send(command, abort(session));
    uses.add(Target?.EcsParameters?.TaskDefinitionArn, `schedule ${Name} runs it`);
    for (const named of namedIn(Target?.Input ?? "", uses.family)) uses.add(named, `schedule ${Name} names it`);
  }
}

/** Every mention of a revision counts, anywhere in the input of an ECS operation. */
function namedIn(input: string, family: string): string[] {
  return [...input.matchAll(/[\w-]+:\d+/g)].map(([name]) => name).filter((name) => name.startsWith(`${family}:`));
}

/** Adds the revisions that an unfinished deployment rolls out or may return to, and the last successful one other than the running one. */
export async function addDeployments(session: Session, uses: RevisionUses, service: Service): Promise<void> {
  // Services with another controller have task sets instead.
  if ((service.deploymentController?.type ?? "ECS") !== "ECS") return;
  const name = `service ${service.serviceName}`;
  const { clusterArn: cluster = "", serviceName = "" } = service;
  const of = { ...session, target: { ...session.target, cluster, service: serviceName } };
  const briefs = await listRecent(of, historyLimit);
  const past = await describeServiceDeployments(
    of,
    briefs.map((brief) => brief.serviceDeploymentArn ?? ""),
  );
  const revisions = await taskDefinitionsOf(of, [...new Set(past.flatMap((one) => [one.target, ...one.sources]))]);
  const brought = (one: ServiceDeploymentView) => revisions.get(one.target);
  for (const taskDefinition of revisions.values()) uses.addDeployed(taskDefinition);

  for (const one of past.filter(({ status }) => !isFinished(status))) {
    for (const arn of [one.target, ...one.sources])
      uses.add(revisions.get(arn), `a deployment of ${name} is in progress with it`);
  }
  const good = past.filter(({ status }) => status === "SUCCESSFUL").sort((a, b) => b.createdAt - a.createdAt);
  // The last successful revision is the service's current one or, if not, this one.
  const before = good.find((one) => brought(one) !== service.taskDefinition);
  uses.add(before && brought(before), `${name} would roll back to it`);
}

/** Adds the revision that `rollback` would return to. */
export async function addRollbackTarget(session: Session, uses: RevisionUses): Promise<void> {
  const { running } = await readService(session.aws, session.target, session.signal);
  const past = await readHistory(session, historyLimit);
  try {
    uses.add(lastSuccessful(past, running).taskDefinition, "a rollback would roll back to it");
  } catch (error) {
    if (!(error instanceof InputError) || error.code !== "nothing-proven") throw error;
  }
}
