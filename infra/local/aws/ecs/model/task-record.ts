import type { JsonObject } from "../../protocol/service.js";
import type { NetworkBinding } from "./capacity-records.js";

/** Plain data, written to disk as it is. Times are milliseconds since the epoch. */

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
  /** FARGATE where a state of an earlier version does not have it. */
  launchType?: "FARGATE" | "EC2";
  /** Of the capacity provider strategy that it was started by. */
  capacityProviderName?: string;
  /** Of the EC2 launch type. */
  containerInstanceArn?: string;
  /** `awsvpc` where a state of an earlier version does not have it. */
  networkMode?: string;
  platformVersion: string;
  /** Of the awsvpc network mode, empty in the others. */
  subnetId: string;
  networkInterfaceId: string;
  overrides: JsonObject;
  /** Members of RunTask or the service that are only shown: `enableExecuteCommand`, … */
  extra: JsonObject;
  /** Its volumes that are configured at launch, as DescribeTasks answers their attachments. */
  volumes?: JsonObject[];
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
  /** Until when neither scaling in nor a deployment stops it. */
  protectedUntil?: number;
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
  networkBindings?: NetworkBinding[];
  exitCode?: number;
  reason?: string;
  cpu: string;
  memory?: string;
  memoryReservation?: string;
}

export interface TargetRecord {
  targetGroupArn: string;
  /** The container whose port it is; absent in a state of an earlier version. */
  containerName?: string;
  /** The container's. */
  port: number;
  /** The container instance's port that leads to it. */
  hostPort?: number;
  state: "unregistered" | "initial" | "healthy" | "unhealthy" | "draining" | "drained";
  reason?: string;
}
