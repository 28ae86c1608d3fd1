import type { JsonObject } from "../../protocol/service.js";
import type { NetworkBinding } from "./capacity-records.js";

type TaskStatus =
  | "PROVISIONING"
  | "PENDING"
  | "ACTIVATING"
  | "RUNNING"
  | "DEACTIVATING"
  | "STOPPING"
  | "DEPROVISIONING"
  | "STOPPED";

export type Health = "HEALTHY" | "UNHEALTHY" | "UNKNOWN";

/** Task as it is written to disk. Times are milliseconds since the epoch. */
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
  /** Provider that the capacity provider strategy chose for it. */
  capacityProviderName?: string;
  /** Present with the EC2 launch type. */
  containerInstanceArn?: string;
  /** `awsvpc` where a state of an earlier version does not have it. */
  networkMode?: string;
  platformVersion: string;
  /** Empty in network modes other than awsvpc. */
  subnetId: string;
  networkInterfaceId: string;
  overrides: JsonObject;
  /** Members of RunTask or the service without an effect here: `enableExecuteCommand`, … */
  extra: JsonObject;
  /** Volumes configured at launch, as DescribeTasks returns their attachments. */
  volumes?: JsonObject[];
  containers: ContainerRecord[];
  targets: TargetRecord[];
  /** Increases with each visible change. */
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
  /** Time at which it leaves its present status by itself. */
  due?: number;
  /** Present once it is unhealthy and is to be replaced; never removed. */
  unhealthy?: { reason: string };
  /** Time until which neither scaling in nor a deployment stops it. */
  protectedUntil?: number;
  /** True when its end counts against its deployment: it failed and was not stopped on request. */
  failed: boolean;
  resolvedImages: Record<string, string>;
}

export interface ContainerRecord {
  arn: string;
  name: string;
  image: string;
  essential: boolean;
  /** True when its definition has a health check. */
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
  /** Container of the port; absent in a state of an earlier version. */
  containerName?: string;
  /** Port of the container. */
  port: number;
  /** Port of the container instance that leads to it. */
  hostPort?: number;
  state: "unregistered" | "initial" | "healthy" | "unhealthy" | "draining" | "drained";
  reason?: string;
}
