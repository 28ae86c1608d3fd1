import type { ShiftPlan } from "./shift-plan.js";

/** One observation of ECS, as plain data: the only input of judge and diagnosis. Times of AWS are milliseconds since the epoch on AWS's clock. */
export interface Snapshot {
  /** When it was taken, on our own clock: never compared with AWS's times. */
  at: number;
  /** Nothing but our service deployment was read: all else is copied from the observation before. */
  isLightPoll?: true;
  /** When the service was read; absent when it was read at `at`. */
  serviceAt?: number;
  service: ServiceView;
  /** Our own service deployment. Absent while ECS does not list it yet, or where it can't be read (`Subject.classicOnly`). */
  ours?: ServiceDeploymentView;
  /** When our service deployment was read: while nothing changes, not every poll reads it. */
  oursAt?: number;
  /** All tasks of the service that ECS still returns, stopped ones too. */
  tasks: TaskView[];
  /** When the tasks were read: not every poll reads them. */
  tasksAt: number;
}

/** The watched rollout of one revision. */
export interface Subject {
  /** ARN of the rollout's revision: it identifies our rollout. */
  taskDefinition: string;
  container: string;
  /** The digests that count as our image: the release's own, and the manifests in it where it is an index. */
  digests: readonly string[];
  /** The release's image, as the task definition names it; where it is absent, it is in the target's repository. */
  image?: string;
  /** When it was registered, on AWS's clock: no service deployment of it is older. */
  registeredAt: number;
  /** Of the classic deployment, `ecs-svc/…`. */
  deploymentId?: string;
  /** Known from the start when attaching; else found once ECS lists it. */
  serviceDeploymentArn?: string;
  /** Reason for which the verdict depends on the classic deployments: the service deployment can't be read. */
  classicOnly?: string;
  /** Reason for which only the list of service deployments can be read, and not their details. */
  listedOnly?: string;
  /** On our clock. */
  deadline: number;
  /** The watch also ends when all production traffic has moved and the bake time has begun. */
  until?: "shifted";
  /** Set once this deployer has requested a rollback from ECS: the reason, as in `because the deadline passed`. */
  rollback?: { why: string };
}

export interface ServiceView {
  status: string;
  /** Error of ECS once the service or its cluster no longer exists: all else is as last observed. */
  notFound?: string;
  desiredCount: number;
  runningCount: number;
  pendingCount: number;
  /** For how long after a task's start ECS ignores its health checks. */
  healthCheckGracePeriodSeconds?: number;
  /** The service's early success criteria are enabled. */
  earlySuccess?: boolean;
  deployments: DeploymentView[];
  /** Lifecycle stages of the PAUSE hooks of its deployments; absent without any. */
  pauseStages?: string[];
  /** Tasks are judged by target groups too. */
  isBalanced?: boolean;
  /** Its production listener is of a Network Load Balancer. */
  isNetworkBalanced?: true;
  /** Newest first, the last 100. */
  events: EventView[];
}

export interface DeploymentView {
  /** `ecs-svc/<digits>`. */
  id: string;
  /** PRIMARY, ACTIVE, INACTIVE, or another status of ECS. */
  status: string;
  taskDefinition: string;
  desiredCount: number;
  runningCount: number;
  pendingCount: number;
  failedTasks: number;
  /** IN_PROGRESS, COMPLETED, FAILED. */
  rolloutState?: string;
  rolloutStateReason?: string;
  createdAt: number;
}

export interface EventView {
  id: string;
  at: number;
  message: string;
}

export interface ServiceDeploymentView {
  arn: string;
  status: string;
  statusReason?: string;
  /** Such as BAKE_TIME; present where ECS returns it. */
  lifecycleStage?: string;
  createdAt: number;
  /** Milliseconds since the epoch, on AWS's clock. */
  finishedAt?: number;
  /** Its traffic shifts; absent for a rolling deployment. */
  shift?: ShiftPlan;
  /** Share of the production traffic that ECS sends to the new tasks, in percent; absent for a rolling deployment. */
  productionWeight?: number;
  /** The same of the test traffic. */
  testWeight?: number;
  /** Lifecycle hooks that wait for a user to continue or roll back; several may wait at once. */
  waitingHooks: readonly WaitingHook[];
  /** Names of the Lambda functions of lifecycle hooks that run. */
  runningHooks: readonly string[];
  /** Texts about the lifecycle hooks for which ECS ends the deployment; absent where there are none. */
  failedHooks?: readonly string[];
  /** Maximum time of the Lambda hooks that ECS calls again while it rolls back; absent without any. */
  wayBackSeconds?: number;
  breaker?: { status: string; failureCount: number; threshold: number };
  alarms?: { status: string; triggered: string[] };
  rollbackReason?: string;
  /** ARN of the service revision that it rolls out. */
  target: string;
  /** ARNs of the service revisions whose tasks it replaces. */
  sources: readonly string[];
  /** SUCCESSFUL may mean that only a part is healthy and old tasks are still up. */
  earlySuccess: boolean;
}

export interface WaitingHook {
  /** Changes at each step of a linear or canary deployment. */
  hookId: string;
  /** Milliseconds since the epoch, on AWS's clock. */
  expiresAt?: number;
  /** CONTINUE or ROLLBACK: what ECS does at the time-out. */
  timeoutAction?: string;
}

export interface TaskView {
  arn: string;
  taskDefinition: string;
  lastStatus: string;
  desiredStatus: string;
  healthStatus?: string;
  stopCode?: string;
  stoppedReason?: string;
  /** When its containers ended, on AWS's clock. Its network interface is removed then, which takes time (DEPROVISIONING). */
  executionStoppedAt?: number;
  /** The deployment that started it. */
  startedBy?: string;
  /** Its own private address, where it has a network interface of its own. */
  address?: string;
  containers: ContainerView[];
}

export interface ContainerView {
  name: string;
  imageDigest?: string;
  healthStatus?: string;
  exitCode?: number;
  reason?: string;
}

/** Returns the PRIMARY deployment of a view, or of the service as AWS returns it. */
export function primaryOf<Deployment extends { status?: string | undefined }>(service: {
  deployments?: readonly Deployment[] | undefined;
}): Deployment | undefined {
  return service.deployments?.find((deployment) => deployment.status === "PRIMARY");
}

/** Returns true once the service is deleted or being deleted: its deployments never end. */
export function isDeleted({ status, notFound }: ServiceView): boolean {
  return notFound !== undefined || status === "DRAINING" || status === "INACTIVE";
}
