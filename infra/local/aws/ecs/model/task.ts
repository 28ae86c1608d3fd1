import type { JsonObject } from "../../wire/service.js";

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
