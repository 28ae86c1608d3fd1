import type { JsonObject } from "../../protocol/service.js";

/** Plain data, written to disk as it is. Times are milliseconds since the epoch. */

export interface ServiceRecord {
  arn: string;
  name: string;
  clusterArn: string;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  desiredCount: number;
  taskDefinition: string;
  deploymentConfiguration: DeploymentConfiguration;
  healthCheckGracePeriodSeconds: number;
  /** That it was made with, and goes back to when its capacity provider strategy is taken away. */
  launchType?: "FARGATE" | "EC2";
  /** Members of a service revision, whose change starts a deployment: network, load balancers, platform, …, and the launch type or strategy. */
  settings: JsonObject;
  /** Members whose change starts no deployment: placement, execute command, tag propagation, … */
  extra: JsonObject;
  createdAt: number;
  createdBy: string;
  /** The request that made it: sent again with its client token it makes nothing new. */
  createdWith?: string;
  /** PRIMARY first, then newest first. */
  deployments: DeploymentRecord[];
  /** What a rollback returns to: the deployment that completed last. Absent while that one is being returned to. */
  lastCompleted?: DeploymentRecord;
  /** ARNs, the current one last; the previous one is shown while the list lags. */
  serviceDeployments: string[];
  events: { id: string; createdAt: number; message: string }[];
  /** When a steady state was last announced; absent since something changed. */
  steadyAt?: number;
  /** Whether protected tasks have been reported as keeping it from scaling in. */
  heldByProtection?: boolean;
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
  /** When the circuit breaker opens, once its threshold is reached while the next start is put off. */
  breakerAt?: number;
  /** Tries in a row to place a task that found no room, and when the next one is due. */
  unplaced?: { tries: number; retryAt: number };
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
    status: MonitorStatus;
    failureCount: number;
    threshold: number;
  };
  /** The alarms that it watches; absent when it watches none. */
  alarms?: { status: MonitorStatus; names: string[]; triggered: string[] };
  /** Where it is in its life, for those with something to wait for: hooks, alarms, a bake. */
  stage?: "RECONCILE_SERVICE" | "PRE_SCALE_UP" | "SCALE_UP" | "POST_SCALE_UP" | "BAKE_TIME" | "CLEAN_UP";
  /** When its bake is over. */
  bakedAt?: number;
  hooks?: HookRecord[];
}

export type MonitorStatus = "DISABLED" | "MONITORING" | "MONITORING_COMPLETE" | "TRIGGERED";

/** A pause at one stage of one service deployment. */
export interface HookRecord {
  /** `ecs-pause-` and 43 letters, digits, `-` and `_`. */
  id: string;
  stage: string;
  status: "AWAITING_ACTION" | "SUCCEEDED" | "FAILED" | "TIMED_OUT";
  expiresAt: number;
  timeoutAction: "CONTINUE" | "ROLLBACK";
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
