import { clusterArn, familyKey, nameOf, prefixOf, type Scope, taskDefinitionArn, within } from "../model/arns.js";
import type { ClusterRecord, EcsState, ServiceRecord, TaskDefinitionRecord, TaskRecord } from "../model/state.js";
import type { Caller, JsonObject } from "./context.js";
import { text } from "./context.js";
import { clusterNotFound, serviceNotFound } from "./errors.js";

/** What a request names, by short name or ARN. Names are the caller's own account's and region's. */

/** The named cluster, `default` when none is named. */
export function findCluster(state: EcsState, caller: Caller, input: JsonObject): ClusterRecord {
  const cluster = peekCluster(state, caller, text(input, "cluster") ?? "default");
  if (cluster?.status !== "ACTIVE") throw clusterNotFound();
  return cluster;
}

export function peekCluster(state: EcsState, caller: Scope, reference: string): ClusterRecord | undefined {
  const arn = reference.startsWith("arn:") ? reference : clusterArn(caller, reference);
  return arn.startsWith(prefixOf(caller)) ? state.clusters[arn] : undefined;
}

/** The named service of a cluster, also one that is DRAINING or INACTIVE. */
export function findService(state: EcsState, cluster: ClusterRecord, reference: string): ServiceRecord {
  const service = state.services[serviceArnOf(cluster, reference)];
  if (service === undefined) throw serviceNotFound();
  return service;
}

export const serviceArnOf = (cluster: ClusterRecord, reference: string) =>
  within(cluster.arn, "service", reference.startsWith("arn:") ? nameOf(reference) : reference);

export function peekTask(state: EcsState, cluster: ClusterRecord, reference: string): TaskRecord | undefined {
  const task = state.tasks[reference.startsWith("arn:") ? reference : within(cluster.arn, "task", reference)];
  return task?.clusterArn === cluster.arn ? task : undefined;
}

/** By `family` (its newest active revision), `family:revision` or ARN. */
export function peekTaskDefinition(
  state: EcsState,
  caller: Scope,
  reference: string,
): TaskDefinitionRecord | undefined {
  const name = reference.startsWith("arn:") ? nameOf(reference) : reference;
  if (reference.startsWith("arn:") && !reference.startsWith(`${prefixOf(caller)}task-definition/`)) return undefined;
  const [family = "", revision] = name.split(":");
  if (revision !== undefined) return state.taskDefinitions[taskDefinitionArn(caller, family, Number(revision))];
  return newestActive(state, caller, family);
}

function newestActive(state: EcsState, scope: Scope, family: string): TaskDefinitionRecord | undefined {
  for (let revision = state.families[familyKey(scope, family)] ?? 0; revision > 0; revision--) {
    const found = state.taskDefinitions[taskDefinitionArn(scope, family, revision)];
    if (found?.status === "ACTIVE") return found;
  }
  return undefined;
}
