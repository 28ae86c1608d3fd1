import type { JsonObject } from "../../aws/raw-task-definition.js";
import { objects } from "../../ecs/containers.js";
import type { ContainerView, Snapshot } from "../../ecs/snapshot.js";

/** Settings of a task definition that decide how a container affects its task. */
export interface ContainerRole {
  name: string;
  /** True when the task ends with this container. */
  essential: boolean;
  dependsOn: Dependency[];
}
interface Dependency {
  name: string;
  /** START, HEALTHY, COMPLETE or SUCCESS: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html */
  condition: string;
}

export function rolesIn(taskDefinition: JsonObject): ContainerRole[] {
  return objects(taskDefinition.containerDefinitions).map((one) => ({
    name: String(one.name),
    essential: one.essential !== false,
    dependsOn: objects(one.dependsOn).map(({ containerName, condition }) => ({
      name: String(containerName),
      condition: String(condition),
    })),
  }));
}

/**
 * Returns, by task, the containers that had ended when the others were last observed running; none where no poll fell between. A
 * rollout can have thousands of tasks and polls, so each is visited once. Pure.
 */
export function endedFirst(snapshots: readonly Snapshot[]): ReadonlyMap<string, string[]> {
  const hasEnded = ({ exitCode }: ContainerView) => exitCode !== undefined;
  const first = new Map<string, string[]>();
  for (const { tasks } of snapshots) {
    for (const { arn, containers } of tasks) {
      if (first.has(arn) || !containers.some(hasEnded)) continue;
      const ended = containers.filter(hasEnded);
      first.set(arn, ended.length < containers.length ? ended.map(({ name }) => name) : []);
    }
  }
  return first;
}

/** Returns the first container that `name` depends on, directly or through others, and that has not met its condition. */
export function waitedFor(
  name: string,
  roles: readonly ContainerRole[],
  containers: readonly ContainerView[],
): ContainerView | undefined {
  const { dependsOn = [] } = roles.find((role) => role.name === name) ?? {};
  for (const { name: other, condition } of dependsOn) {
    const deeper = waitedFor(other, roles, containers);
    if (deeper) return deeper;
    const container = containers.find((one) => one.name === other);
    if (container && !isMet(condition, container)) return container;
  }
  return undefined;
}

function isMet(condition: string, { exitCode, healthStatus, reason }: ContainerView): boolean {
  switch (condition) {
    case "HEALTHY":
      return healthStatus === "HEALTHY";
    case "SUCCESS":
      return exitCode === 0;
    case "COMPLETE":
      return exitCode !== undefined;
    default:
      return reason === undefined;
  }
}
