import type { JsonObject } from "../../wire/service.js";

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
});

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
  status: "ACTIVE" | "INACTIVE";
  /** As DescribeTaskDefinition answers it, with whatever fields it was registered with. */
  document: JsonObject;
  deregisteredAt?: number;
}

export interface ServiceRecord {
  arn: string;
  name: string;
  clusterArn: string;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  desiredCount: number;
  taskDefinition: string;
  deploymentConfiguration: DeploymentConfiguration;
  healthCheckGracePeriodSeconds: number;
  /** What belongs to a revision and starts a deployment when it changes: network, load balancers, platform, … */
  settings: JsonObject;
  /** What is kept and answered but changes nothing here: placement, exec, tags' propagation, … */
  extra: JsonObject;
  createdAt: number;
  createdBy: string;
  /** PRIMARY first, then newest first. */
  deployments: DeploymentRecord[];
  /** What a rollback returns to: the deployment that completed last. Absent while that one is being returned to. */
  lastCompleted?: DeploymentRecord;
  /** ARNs, the current one last; the previous one is shown while the list lags. */
  serviceDeployments: string[];
  events: { id: string; createdAt: number; message: string }[];
  /** When a steady state was last announced; absent since something changed. */
  steadyAt?: number;
  /** The launch rate's bucket. */
  launches: { tokens: number; at: number };
  inactiveAt?: number;
}

export interface DeploymentConfiguration {
  minimumHealthyPercent: number;
  maximumPercent: number;
  deploymentCircuitBreaker: {
    enable: boolean;
    rollback: boolean;
    resetOnHealthyTask?: boolean;
    thresholdConfiguration?: { type: string; value: number };
  };
  /** Alarms, strategy, bake time, … as sent. */
  extra: JsonObject;
}

export interface DeploymentRecord {
  /** `ecs-svc/<19 digits>`; its tasks' `startedBy`. */
  id: string;
  status: "PRIMARY" | "ACTIVE";
  taskDefinition: string;
  settings: JsonObject;
  createdAt: number;
  updatedAt: number;
  rolloutState: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  rolloutStateReason: string;
  serviceRevisionArn: string;
  serviceDeploymentArn: string;
  /** Whether it carries out a rollback of that service deployment. */
  rollback: boolean;
  /** Tasks in a row that failed, as the circuit breaker counts them. */
  failedTasks: number;
  /** Tasks in a row that never ran, as the restart backoff counts them. */
  neverRan: number;
  /** When that count last grew: tasks started before belong to the same round. */
  neverRanAt: number;
  /** No task is started before. */
  startAfter: number;
  /** Whether the percents have been reported as blocking it. */
  blocked: boolean;
  resolvedImages: Record<string, string>;
}

export type ServiceDeploymentStatus =
  | "PENDING"
  | "IN_PROGRESS"
  | "STOP_REQUESTED"
  | "STOPPED"
  | "SUCCESSFUL"
  | "ROLLBACK_REQUESTED"
  | "ROLLBACK_IN_PROGRESS"
  | "ROLLBACK_SUCCESSFUL"
  | "ROLLBACK_FAILED";

export interface ServiceDeploymentRecord {
  arn: string;
  serviceArn: string;
  clusterArn: string;
  deploymentId: string;
  sourceRevisions: string[];
  targetRevision: string;
  status: ServiceDeploymentStatus;
  statusReason?: string;
  createdAt: number;
  updatedAt: number;
  startedAt?: number;
  finishedAt?: number;
  stoppedAt?: number;
  /** When a person asked to stop it or to roll it back. */
  requestedAt?: number;
  deploymentConfiguration: DeploymentConfiguration;
  rollback?: { reason: string; startedAt: number; serviceRevisionArn?: string };
  breaker: {
    status: "DISABLED" | "MONITORING" | "MONITORING_COMPLETE" | "TRIGGERED";
    failureCount: number;
    threshold: number;
  };
}

export interface ServiceRevisionRecord {
  arn: string;
  serviceArn: string;
  clusterArn: string;
  taskDefinition: string;
  settings: JsonObject;
  containerImages: { containerName: string; image: string; imageDigest?: string }[];
  createdAt: number;
}

export type TaskStatus =
  | "PROVISIONING"
  | "PENDING"
  | "ACTIVATING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";

export type Health = "HEALTHY" | "UNHEALTHY" | "UNKNOWN";

export interface TaskRecord {
  arn: string;
  id: string;
  clusterArn: string;
  group: string;
  startedBy?: string;
  taskDefinition: string;
  serviceArn?: string;
  deploymentId?: string;
  lastStatus: TaskStatus;
  desiredStatus: "RUNNING" | "STOPPED";
  cpu?: string;
  memory?: string;
  platformVersion: string;
  subnetId: string;
  networkInterfaceId: string;
  overrides: JsonObject;
  /** What RunTask was sent and only answers: `enableExecuteCommand`, … */
  extra: JsonObject;
  containers: ContainerRecord[];
  targets: TargetRecord[];
  /** Grows with each change that can be seen. */
  version: number;
  ip?: string;
  createdAt: number;
  pullStartedAt?: number;
  pullStoppedAt?: number;
  connectivityAt?: number;
  startedAt?: number;
  healthyAt?: number;
  stoppingAt?: number;
  executionStoppedAt?: number;
  stoppedAt?: number;
  stopCode?: string;
  stoppedReason?: string;
  /** When it leaves its present status by itself. */
  due?: number;
  /** Judged unhealthy: to be replaced. Never taken back. */
  unhealthy?: { reason: string };
  /** Whether its end counts against its deployment: it failed, nobody stopped it. */
  failed: boolean;
  resolvedImages: Record<string, string>;
}

export interface ContainerRecord {
  arn: string;
  name: string;
  image: string;
  essential: boolean;
  /** Whether its definition has a health check. */
  checked: boolean;
  imageDigest?: string;
  runtimeId?: string;
  lastStatus: "PENDING" | "RUNNING" | "STOPPED";
  health: Health;
  exitCode?: number;
  reason?: string;
  cpu: string;
  memory?: string;
  memoryReservation?: string;
}

export interface TargetRecord {
  targetGroupArn: string;
  port: number;
  state: "unregistered" | "initial" | "healthy" | "unhealthy" | "draining" | "drained";
  reason?: string;
}

export interface ClientTokenRecord {
  /** The request it came with, in canonical JSON: the same token with another one is refused. */
  request: string;
  tasks: string[];
  at: number;
}
