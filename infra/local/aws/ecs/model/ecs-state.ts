import type { JsonObject } from "../../protocol/service.js";
import type { AccountSettingRecord, ContainerInstanceRecord } from "./capacity-records.js";
import type { ServiceDeploymentRecord, ServiceRecord, ServiceRevisionRecord } from "./service-records.js";
import type { TaskRecord } from "./task-record.js";

export type * from "./capacity-records.js";
export type * from "./service-records.js";
export type * from "./task-record.js";

/** All that the local ECS remembers: plain data, written to disk as it is. Times are milliseconds since the epoch. Keys are ARNs unless said. */
export interface EcsState {
  clusters: Record<string, ClusterRecord>;
  /** By `<account>/<region>/<family>`: the highest revision ever given. Numbers are never used again. */
  families: Record<string, number>;
  taskDefinitions: Record<string, TaskDefinitionRecord>;
  services: Record<string, ServiceRecord>;
  serviceDeployments: Record<string, ServiceDeploymentRecord>;
  serviceRevisions: Record<string, ServiceRevisionRecord>;
  tasks: Record<string, TaskRecord>;
  tags: Record<string, Tag[]>;
  /** By cluster ARN and RunTask's clientToken. */
  clientTokens: Record<string, ClientTokenRecord>;
  /** CloudWatch's alarms, as far as they have been told of. */
  alarms: Record<string, AlarmState>;
  containerInstances: Record<string, ContainerInstanceRecord>;
  /** By `arn:aws:ecs:<region>:<account>: <principal ARN> <setting>`. */
  accountSettings: Record<string, AccountSettingRecord>;
}

export interface AlarmState {
  state: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  /** Milliseconds that it looks at to decide. */
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
  /** What CreateCluster was sent beside name, tags and settings. */
  extra: JsonObject;
}

export interface TaskDefinitionRecord {
  arn: string;
  family: string;
  revision: number;
  status: "ACTIVE" | "INACTIVE" | "DELETE_IN_PROGRESS";
  /** As DescribeTaskDefinition answers it, with whatever fields it was registered with. */
  document: JsonObject;
  deregisteredAt?: number;
  deleteRequestedAt?: number;
}

export interface ClientTokenRecord {
  /** The request it came with, in canonical JSON: the same token with another one is refused. */
  request: string;
  tasks: string[];
  at: number;
}
