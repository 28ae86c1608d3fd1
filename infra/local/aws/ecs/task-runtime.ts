import type { JsonObject } from "../protocol/service.js";
import type { NetworkBinding } from "./model/capacity-records.js";

/** What the ECS scheduler asks of whatever runs the tasks: real containers, or simulated ones in virtual time. */
export interface TaskRuntime {
  /**
   * Begins to start a task and returns at once. All that happens to it is told to `listener`, in order, and ends with one `stopped`.
   * A task that can't start is told as `stopped` with `TaskFailedToStart`, never thrown.
   */
  start(task: TaskSpec, listener: TaskListener): void;
  /**
   * Why no task of a service can be placed now, in ECS's words such as `Capacity is unavailable at this time. …`; undefined when one can.
   * A runtime without it always has room.
   */
  cannotPlace?(wanted: { serviceArn: string; deploymentId: string; taskDefinition: JsonObject }): string | undefined;
  /** Sends SIGTERM, and SIGKILL after each container's stop time-out (30 s unless its definition says otherwise). Ends in `stopped`. */
  stop(taskArn: string): void;
  /** After a restart of the local AWS: takes over what still runs of these tasks; those that are gone are told as `stopped`. */
  adopt(tasks: TaskSpec[], listener: TaskListener): Promise<void>;
  /** Lets go of everything: `remove` says whether the containers are removed or kept for the next start. */
  close(options: { remove: boolean }): Promise<void>;
}

export interface TaskSpec {
  taskArn: string;
  /** 32 hex digits. */
  taskId: string;
  clusterArn: string;
  group: string;
  /** CPU units (1024 = one vCPU) and MiB, of the whole task. */
  cpu?: number;
  memory?: number;
  /** As registered, every field kept. */
  taskDefinition: JsonObject;
  /** RunTask's overrides, as sent. */
  overrides?: JsonObject;
  /** Loopback address that stands for the container instance: host ports are bound to it. Absent on Fargate. */
  hostAddress?: string;
  /** By container name: the digest its image resolves to for this service deployment, once known (version consistency). */
  resolvedImages?: Record<string, string>;
}

export type TaskListener = (event: TaskEvent) => void;

/** `at` is milliseconds since the epoch on the runtime's clock. */
export type TaskEvent = { taskArn: string; at: number } & (
  | { type: "pull-started" }
  | { type: "pulled"; containers: { name: string; imageDigest: string }[] }
  | {
      type: "running";
      /** The task's own address, reachable from this machine; that of its container instance where it has none. */
      ip: string;
      containers: { name: string; runtimeId: string; imageDigest: string; networkBindings?: NetworkBinding[] }[];
    }
  | { type: "health"; container: string; status: "HEALTHY" | "UNHEALTHY" }
  /** One container has ended while the task goes on (not essential), or as the first of the task's end. */
  | { type: "container-exited"; container: string; exitCode: number; reason?: string }
  | {
      type: "stopped";
      /** Absent when it was asked to stop. */
      stopCode?: "TaskFailedToStart" | "EssentialContainerExited";
      /** In ECS's own words, such as `Essential container in task exited`. */
      reason?: string;
      containers: { name: string; exitCode?: number; reason?: string }[];
    }
);

/** The load balancer as the scheduler sees it. Targets are keyed by task, because an address is reused at once. */
export interface LoadBalancer {
  /** Adds a target; `listener` hears every change of its health until it is removed. */
  register(target: LoadBalancerTarget, listener: (health: TargetHealth) => void): void;
  /** Stops new requests at once and ends the target's open ones within the deregistration delay; then `drained` is called, once. */
  deregister(targetGroupArn: string, taskArn: string, drained: () => void): void;
  /** What ELB's API tells of a target group: how it is set, and its targets, those that drain among them. */
  describe(targetGroupArn: string): { settings: TargetGroupSettings; targets: TargetDescription[] };
  close(): Promise<void>;
}

/** How a target group is set. Times in milliseconds. */
export interface TargetGroupSettings {
  healthCheckPath: string;
  /** From the start of one check to the start of the next. */
  healthCheckInterval: number;
  healthCheckTimeout: number;
  /** Successes in a row that make an unhealthy target healthy. A new target needs one. */
  healthyThreshold: number;
  /** Failures in a row that make a target unhealthy. */
  unhealthyThreshold: number;
  /** Status codes that count as success, as in `200`, `200,302` or `200-299`. */
  matcher: string;
  /** How long a deregistered target's open requests may go on. */
  deregistrationDelay: number;
}

export interface TargetDescription {
  ip: string;
  /** As in `LoadBalancerTarget`. */
  instanceId?: string;
  port: number;
  state: TargetHealth["state"] | "draining";
  /** In ELB's own words, as in `TargetHealth`. */
  reason?: string;
}

export interface LoadBalancerTarget {
  targetGroupArn: string;
  taskArn: string;
  serviceName: string;
  ip: string;
  /** Of the container instance whose port it is; absent where the task has the address itself. */
  instanceId?: string;
  port: number;
}

export interface TargetHealth {
  state: "initial" | "healthy" | "unhealthy";
  /** In ELB's own words, such as `Health checks failed with these codes: [503]` or `Request timed out`. */
  reason?: string;
}
