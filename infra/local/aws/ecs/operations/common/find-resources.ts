import {
  arnPrefix,
  clusterArn,
  familyKey,
  lastPartOf,
  resourceArn,
  type Scope,
  scopeOf,
  taskDefinitionArn,
} from "../../model/ecs-arns.js";
import type {
  ClusterRecord,
  EcsState,
  ServiceRecord,
  TaskDefinitionRecord,
  TaskRecord,
} from "../../model/ecs-state.js";
import { clusterNotFound, invalidParameter, serviceNotFound } from "./ecs-errors.js";
import type { Caller, JsonObject } from "./operation-context.js";
import { textIn } from "./operation-context.js";

/** Returns the cluster that a request names by short name or ARN, `default` when it names none. Names are those of the caller's account and region. */
export function findCluster(state: EcsState, caller: Caller, input: JsonObject): ClusterRecord {
  const cluster = tryFindCluster(state, caller, textIn(input, "cluster") ?? "default");
  if (cluster?.status !== "ACTIVE") throw clusterNotFound();
  return cluster;
}

export function tryFindCluster(state: EcsState, caller: Scope, reference: string): ClusterRecord | undefined {
  const arn = reference.startsWith("arn:") ? reference : clusterArn(caller, reference);
  return arn.startsWith(arnPrefix(caller)) ? state.clusters[arn] : undefined;
}

/** Returns the named service of a cluster, including one that is DRAINING or INACTIVE. */
export function findService(state: EcsState, cluster: ClusterRecord, reference: string): ServiceRecord {
  const service = state.services[serviceArnOf(cluster, reference)];
  if (service === undefined) throw serviceNotFound();
  return service;
}

/** Returns the ARN of a service by name, ARN, or ARN of the old format, which has no cluster. Rejects an ARN of another cluster. */
export function serviceArnOf(cluster: ClusterRecord, reference: string): string {
  if (!reference.startsWith("arn:")) return resourceArn(cluster.arn, "service", reference);
  checkCluster(cluster, reference);
  const isOld = reference.split("/").length === 2;
  const isHere = () => reference.startsWith(`${arnPrefix(scopeOf(cluster.arn))}service/`);
  return isOld && isHere() ? resourceArn(cluster.arn, "service", lastPartOf(reference)) : reference;
}

/** Returns the ARN of a cluster's resource by id or ARN. */
export const toArn = (cluster: ClusterRecord, kind: "task" | "container-instance", reference: string) =>
  reference.startsWith("arn:") ? reference : resourceArn(cluster.arn, kind, reference);

/** Returns the task of an id or ARN. An id has 32 digits, or the 36 of a UUID in old accounts. */
export function tryFindTask(state: EcsState, cluster: ClusterRecord, reference: string): TaskRecord | undefined {
  if (![32, 36].includes(lastPartOf(reference).length))
    throw invalidParameter("taskId length should be one of [32,36]");
  if (reference.startsWith("arn:")) checkCluster(cluster, reference);
  const task = state.tasks[toArn(cluster, "task", reference)];
  return task?.clusterArn === cluster.arn ? task : undefined;
}

/** Rejects an ARN of another cluster, with the message of https://github.com/aws/aws-toolkit-vscode/issues/2915 */
function checkCluster(cluster: ClusterRecord, arn: string): void {
  const [, named, ...rest] = arn.split("/");
  if (rest.length > 0 && named !== cluster.name) {
    throw invalidParameter(`Invalid identifier: Identifier is for cluster ${named}. Your cluster is ${cluster.name}`);
  }
}

/** Returns the task definition of `family` (its newest active revision), `family:revision` or an ARN. */
export function tryFindTaskDefinition(
  state: EcsState,
  caller: Scope,
  reference: string,
): TaskDefinitionRecord | undefined {
  const name = reference.startsWith("arn:") ? lastPartOf(reference) : reference;
  if (reference.startsWith("arn:") && !reference.startsWith(`${arnPrefix(caller)}task-definition/`)) return undefined;
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
