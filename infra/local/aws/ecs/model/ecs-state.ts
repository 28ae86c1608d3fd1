import type { JsonObject } from "../../protocol/service.js";
import type { AccountSettingRecord, ContainerInstanceRecord } from "./capacity-records.js";
import type { ListenerRule } from "./listener-rules.js";
import type { ServiceDeploymentRecord, ServiceRecord, ServiceRevisionRecord } from "./service-records.js";
import type { TaskRecord } from "./task-record.js";

export type * from "./capacity-records.js";
export type * from "./service-records.js";
export type * from "./task-record.js";

/** State of the local ECS: plain data, written to disk as it is. Times are milliseconds since the epoch. Keys are ARNs unless noted. */
export interface EcsState {
  clusters: Record<string, ClusterRecord>;
  /** Highest revision by `<account>/<region>/<family>`. Numbers are never reused. */
  families: Record<string, number>;
  taskDefinitions: Record<string, TaskDefinitionRecord>;
  services: Record<string, ServiceRecord>;
  serviceDeployments: Record<string, ServiceDeploymentRecord>;
  serviceRevisions: Record<string, ServiceRevisionRecord>;
  tasks: Record<string, TaskRecord>;
  tags: Record<string, Tag[]>;
  /** By cluster ARN and RunTask's clientToken. */
  clientTokens: Record<string, ClientTokenRecord>;
  /** CloudWatch alarms that CloudWatch has reported. */
  alarms: Record<string, AlarmState>;
  containerInstances: Record<string, ContainerInstanceRecord>;
  /** By `arn:aws:ecs:<region>:<account>: <principal ARN> <setting>`. */
  accountSettings: Record<string, AccountSettingRecord>;
  listenerRules: Record<string, ListenerRule>;
}

export interface AlarmState {
  state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  /** Evaluation window in milliseconds. */
  window: number;
}

export const emptyState = (): EcsState => ({
  clusters: {},
  families: {},
  taskDefinitions: {},
  services: {},
  serviceDeployments: {},
  serviceRevisions: {},
  tasks: {},
  tags: {},
  clientTokens: {},
  alarms: {},
  containerInstances: {},
  accountSettings: {},
  listenerRules: {},
});

/** Adds the maps that a document of an earlier version lacks, and removes the maps' prototypes, because keys contain names that users choose. */
export function prepareState(state: EcsState): EcsState {
  for (const name of Object.keys(emptyState()) as (keyof EcsState)[]) {
    Object.assign(state, { [name]: Object.assign(Object.create(null), state[name]) });
  }
  return state;
}

export interface Tag {
  key: string;
  value: string;
}

export interface ClusterRecord {
  arn: string;
  name: string;
  status: "ACTIVE" | "INACTIVE";
  settings: JsonObject[];
  /** CreateCluster's members beside name, tags and settings. */
  extra: JsonObject;
}

export interface TaskDefinitionRecord {
  arn: string;
  family: string;
  revision: number;
  status: "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS";
  /** As DescribeTaskDefinition returns it, with all fields of the registration. */
  document: JsonObject;
  deregisteredAt?: number;
  deleteRequestedAt?: number;
}

interface ClientTokenRecord {
  /** Request in canonical JSON: the same token with another request is rejected. */
  request: string;
  tasks: string[];
  at: number;
}
