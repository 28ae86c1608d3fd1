import type { JsonObject } from "../../protocol/service.js";

/** Service as it is written to disk, like all records of this file. Times are milliseconds since the epoch. */
export interface ServiceRecord {
  arn: string;
  name: string;
  clusterArn: string;
  status: "ACTIVE" | "DRAINING" | "INACTIVE";
  desiredCount: number;
  taskDefinition: string;
  deploymentConfiguration: DeploymentConfiguration;
  healthCheckGracePeriodSeconds: number;
  /** Launch type of CreateService, which applies again when the capacity provider strategy is removed. */
  launchType?: "FARGATE" | "EC2";
  /** Members of a service revision. A change of one starts a deployment: network, load balancers, platform, …, and the launch type or strategy. */
  settings: JsonObject;
  /** Members of which a change starts no deployment: placement, execute command, tag propagation, … */
  extra: JsonObject;
  createdAt: number;
  createdBy: string;
  /** CreateService's request as JSON: the same request with the same client token creates nothing new. */
  createdWith?: string;
  /** PRIMARY first, then newest first. */
  deployments: DeploymentRecord[];
  /** Target of a rollback: the deployment that completed last. Absent during a rollback to it. */
  lastCompleted?: DeploymentRecord;
  /** ARNs, the current one last; reads return the previous one while the list lags. */
  serviceDeployments: string[];
  events: { id: string; createdAt: number; message: string }[];
  /** Time of the last steady state event; absent after a change. */
  steadyAt?: number;
  /** True after the event that protected tasks prevent scaling in. */
  heldByProtection?: boolean;
  /** Token bucket of the launch rate. */
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
  /** Alarms, strategy, bake time, … as in the request. */
  extra: JsonObject;
}

export interface DeploymentRecord {
  /** `ecs-svc/<19 digits>`: `startedBy` of its tasks. */
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
  /** True when it performs the rollback of that service deployment. */
  rollback: boolean;
  /** Number of tasks in a row that failed, as the circuit breaker counts them. */
  failedTasks: number;
  /** Number of tasks in a row that never ran, as the restart backoff counts them. */
  neverRan: number;
  /** Time of the last increase of `neverRan`: tasks started before it belong to the same round. */
  neverRanAt: number;
  /** Earliest time at which a task is started. */
  startAfter: number;
  /** Time at which the circuit breaker opens, once its threshold is reached while the next start is delayed. */
  breakerAt?: number;
  /** Number of failed placements in a row, and the time of the next one. */
  unplaced?: { tries: number; retryAt: number };
  /** True after the event that its percents block the deployment. */
  blocked: boolean;
  resolvedImages: Record<string, string>;
  /** Target group that its tasks register with, by `targetGroupArn` of the settings; absent where the service names no listener rules. */
  servingGroups?: Record<string, string>;
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
  /** Time of the user's request to stop it or to roll it back. */
  requestedAt?: number;
  deploymentConfiguration: DeploymentConfiguration;
  rollback?: { reason: string; startedAt: number; serviceRevisionArn?: string };
  breaker: {
    status: MonitorStatus;
    failureCount: number;
    threshold: number;
  };
  /** Alarms that it monitors; absent when it monitors none. */
  alarms?: { status: MonitorStatus; names: string[]; triggered: string[] };
  /** Lifecycle stage of a deployment with traffic shifts, hooks, alarms or a bake time. */
  stage?: LifecycleStage;
  /** End of its bake time. */
  bakedAt?: number;
  hooks?: HookRecord[];
  /** Present with the strategies BLUE_GREEN, LINEAR and CANARY. */
  traffic?: TrafficShift;
}

export type LifecycleStage =
  | "RECONCILE_SERVICE"
  | "PRE_SCALE_UP"
  | "SCALE_UP"
  | "POST_SCALE_UP"
  | "TEST_TRAFFIC_SHIFT"
  | "POST_TEST_TRAFFIC_SHIFT"
  | "PRE_PRODUCTION_TRAFFIC_SHIFT"
  | "PRODUCTION_TRAFFIC_SHIFT"
  | "POST_PRODUCTION_TRAFFIC_SHIFT"
  | "BAKE_TIME"
  | "CLEAN_UP";

/** Traffic of a service deployment, in percent of the requests that its target revision receives. */
export interface TrafficShift {
  /** Production percent after each step; the last one is 100. */
  steps: number[];
  /** Wait between two steps, in milliseconds. */
  stepWait: number;
  /** Index of the step in progress. */
  step: number;
  /** Percents that ECS has requested. */
  test: number;
  production: number;
  /** Deployment that serves the other requests, and its revision; absent before the start and in the first deployment. */
  source?: string;
  sourceRevision?: string;
  /** Percents by source revision as the rules are when the deployment begins; present where there are several. */
  found?: Record<string, { test: number; production: number }>;
  /** Earliest end of the stage, or of its wait for a change of rules. */
  due?: number;
  /** True once the stage's rules have changed. */
  shifted?: boolean;
  /** True once a rollback has invoked the hooks of the traffic stages again. */
  hooksAgain?: boolean;
  /** Time at which a rollback's change of rules is over. */
  backAt?: number;
}

type MonitorStatus = "DISABLED" | "MONITORING" | "MONITORING_COMPLETE" | "TRIGGERED";

/** Hook at one stage of one service deployment. */
export interface HookRecord {
  /** `ecs-pause-` or `ecs-lambda-`, then 43 letters, digits, `-` and `_`. Ids of Lambda hooks are not recorded. */
  id: string;
  stage: string;
  status: "AWAITING_ACTION" | "IN_PROGRESS" | "SUCCEEDED" | "FAILED" | "TIMED_OUT";
  expiresAt: number;
  timeoutAction: "CONTINUE" | "ROLLBACK";
  /** Present for a Lambda hook; absent for a PAUSE hook. */
  lambda?: LambdaHook;
}

/** Invocations of a hook's Lambda function. */
export interface LambdaHook {
  functionArn: string;
  roleArn: string;
  executionId: string;
  /** Time of the next invocation; absent while one runs, and after the last one. */
  callAt?: number;
  /** Percents by service revision, which the event contains. */
  testWeights: Record<string, number>;
  productionWeights: Record<string, number>;
  /** Details of the configuration, with those that the function has returned. */
  details?: JsonObject;
  /** True where the rollback invokes it again. */
  isWayBack: boolean;
  /** Second sentence of the status reason, after a failure. */
  failure?: string;
}

export interface ServiceRevisionRecord {
  arn: string;
  serviceArn: string;
  clusterArn: string;
  taskDefinition: string;
  settings: JsonObject;
  containerImages: { containerName: string; image: string; imageDigest?: string }[];
  /** Target groups that its tasks register with, where the service names listener rules. */
  resolvedLoadBalancers?: { targetGroupArn: string; productionListenerRule: string }[];
  createdAt: number;
}
