/** Extension of the scripted ECS for uses of a revision: other services and clusters, and the schedules and rules that start tasks. */
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { Fault, type Script } from "./fake-aws.js";
import { revisionArn, target, type World } from "./scripted-ecs.js";
import { set } from "./stories.js";

const arn = (rest: string) => `arn:aws:ecs:us-west-2:123456789012:${rest}`;
export const clusterArn = (name: string) => arn(`cluster/${name}`);

export interface Elsewhere {
  /** Services besides the world's own, in the cluster of their `clusterArn`. */
  services: JsonObject[];
  /** Deployments of the other services, by service name. */
  serviceDeployments: Record<string, (JsonObject & { taskDefinition: string; sources?: string[] })[]>;
  /** Rules by event bus, with their targets. */
  rules: Record<string, { Name: string; State: string; targets: JsonObject[] }[]>;
  schedules: JsonObject[];
}

/**
 * Adds revisions 1 to 9 to the world and its script; 9 serves and 7 is the rollback target. Every list has pages of two.
 */
export function withRevisions(world: World, script: Script): { elsewhere: Elsewhere; script: Script } {
  const seven = world.taskDefinitions.get(revisionArn(7));
  if (!seven) throw new Error("The scripted ECS begins with revision 7.");
  for (let revision = 1; revision <= 9; revision++) addRevision(world, revision);
  set(world.service, { clusterArn: clusterArn(target.cluster), taskDefinition: revisionArn(9) });
  set(world.service.deployments[0], { taskDefinition: revisionArn(9) });
  set(world.tasks[0], { taskDefinitionArn: revisionArn(9) });
  set(world.serviceDeployments[0], { createdAt: world.now() - 1000 });
  addServiceDeployment(world, "sd9", 9, "SUCCESSFUL");
  const elsewhere: Elsewhere = { services: [], serviceDeployments: {}, rules: { default: [] }, schedules: [] };
  const services = () => [world.service as JsonObject, ...elsewhere.services];
  const others = (input: JsonObject) => elsewhere.serviceDeployments[String(input.service)];
  const handlers: Script = {
    ListTaskDefinitions: ({ familyPrefix, ...input }) => {
      const arns = [...world.taskDefinitions.values()]
        .map(({ taskDefinition }) => taskDefinition)
        .filter(({ status, family }) => status === "ACTIVE" && family === familyPrefix)
        .map(({ taskDefinitionArn }) => String(taskDefinitionArn));
      return paged("taskDefinitionArns", arns.reverse(), input, Number(input.maxResults ?? 5));
    },
    DeregisterTaskDefinition: (input) => {
      const found = world.taskDefinitions.get(arn(`task-definition/${input.taskDefinition}`));
      if (!found) return new Fault("ClientException", "The specified task definition does not exist.");
      found.taskDefinition.status = "INACTIVE";
      return { taskDefinition: found.taskDefinition };
    },
    ListClusters: (input) => paged("clusterArns", [...new Set(services().map((one) => String(one.clusterArn)))], input),
    ListServices: (input) => {
      const there = services().filter((one) => one.clusterArn === input.cluster);
      return paged(
        "serviceArns",
        there.map((one) => String(one.serviceName)),
        input,
      );
    },
    DescribeServices: (input) => {
      script.DescribeServices?.(input);
      const there = services().filter((one) => String(one.clusterArn).endsWith(String(input.cluster)));
      return { services: there.filter((one) => (input.services as string[]).includes(String(one.serviceName))) };
    },
    ListTasks: ({ family, ...input }) => {
      const of = String(family ?? target.family);
      const there = world.tasks.filter(
        (one) =>
          one.desiredStatus === input.desiredStatus &&
          String(one.taskDefinitionArn).includes(`/${of}:`) &&
          String(one.taskArn).includes(`/${String(input.cluster).split("/").at(-1)}/`),
      );
      return paged(
        "taskArns",
        there.map((one) => String(one.taskArn)),
        input,
      );
    },
    ListServiceDeployments: (input) => {
      const listed = others(input);
      if (listed) return { serviceDeployments: listed };
      return input.service === target.service
        ? (script.ListServiceDeployments?.(input) ?? {})
        : { serviceDeployments: [] };
    },
    DescribeServiceDeployments: (input) => {
      const requested = input.serviceDeploymentArns as string[];
      const known = Object.values(elsewhere.serviceDeployments).flat();
      const found = known.filter((one) => requested.includes(String(one.serviceDeploymentArn)));
      if (found.length === 0) return script.DescribeServiceDeployments?.(input) ?? {};
      return {
        serviceDeployments: found.map(({ taskDefinition, sources = [], ...rest }) => ({
          ...rest,
          targetServiceRevision: { arn: `revision-of/${taskDefinition}` },
          sourceServiceRevisions: sources.map((one) => ({ arn: `revision-of/${one}` })),
        })),
      };
    },
    ListEventBuses: (input) =>
      pagedNext(
        "EventBuses",
        Object.keys(elsewhere.rules).map((Name) => ({ Name })),
        input,
      ),
    ListRules: (input) => {
      const rules = elsewhere.rules[String(input.EventBusName)] ?? [];
      return pagedNext(
        "Rules",
        rules.map(({ Name, State }) => ({ Name, State })),
        input,
      );
    },
    ListTargetsByRule: (input) => {
      const rules = elsewhere.rules[String(input.EventBusName)] ?? [];
      return pagedNext("Targets", rules.find(({ Name }) => Name === input.Rule)?.targets ?? [], input);
    },
    ListSchedules: (input) => {
      const listed = elsewhere.schedules.map(({ Target, ...rest }) => ({
        ...rest,
        Target: { Arn: (Target as { Arn: string }).Arn },
      }));
      return pagedNext("Schedules", listed, input);
    },
    GetSchedule: (input) =>
      elsewhere.schedules.find((one) => one.Name === input.Name && one.GroupName === input.GroupName) ??
      new Fault("ResourceNotFoundException", "no such schedule", 404),
  };
  return { elsewhere, script: { ...script, ...handlers } };
}

export function addRevision(world: World, revision: number, family = target.family): void {
  const seven = world.taskDefinitions.get(revisionArn(7));
  const taskDefinitionArn = arn(`task-definition/${family}:${revision}`);
  const changed = { taskDefinitionArn, family, revision, containerDefinitions: appOf(revision) };
  const taskDefinition = { ...seven?.taskDefinition, ...changed };
  world.taskDefinitions.delete(taskDefinitionArn);
  world.taskDefinitions.set(taskDefinitionArn, { taskDefinition, tags: [] });
}

/** Returns the containers of a revision, with an image of its own. */
function appOf(revision: number): JsonObject[] {
  const digest = `sha256:${String(revision % 10).repeat(64)}`;
  return [
    { name: "app", image: `example.com/app@${digest}`, environment: [{ name: "VERSION", value: `v1.0.${revision}` }] },
  ];
}

/** Adds a deployment of the target's service that is newer than all others. */
export function addServiceDeployment(
  world: World,
  id: string,
  revision: number,
  status: string,
  sources: number[] = [],
): void {
  const createdAt = Math.max(0, ...world.serviceDeployments.map((one) => Number(one.createdAt))) + 1;
  world.serviceDeployments.unshift({
    serviceDeploymentArn: arn(`service-deployment/${target.cluster}/${target.service}/${id}`),
    createdAt,
    status,
    taskDefinition: revisionArn(revision),
    sourceServiceRevisions: sources.map((one) => ({ arn: `revision-of/${revisionArn(one)}` })),
  });
}

function paged(name: string, items: string[], { nextToken }: JsonObject, size = 2): JsonObject {
  const from = Number(nextToken ?? 0);
  const rest = items.slice(from, from + size);
  return { [name]: rest, ...(from + size < items.length && { nextToken: String(from + size) }) };
}

function pagedNext(name: string, items: JsonObject[], { NextToken }: JsonObject): JsonObject {
  const from = Number(NextToken ?? 0);
  return { [name]: items.slice(from, from + 2), ...(from + 2 < items.length && { NextToken: String(from + 2) }) };
}
