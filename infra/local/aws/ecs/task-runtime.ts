import type { JsonObject } from "../protocol/service.js";
import type { NetworkBinding } from "./model/capacity-records.js";
import type { ListenerRule } from "./model/listener-rules.js";

/** Interface of the ECS scheduler to what runs the tasks: real containers, or simulated ones in virtual time. */
export interface TaskRuntime {
  /**
   * Begins to start a task and returns at once. `listener` receives all of its events in order; the last one is `stopped`.
   * A task that can't start is reported as `stopped` with `TaskFailedToStart`; nothing is thrown.
   */
  start(task: TaskSpec, listener: TaskListener): void;
  /**
   * Returns the reason why no task of a service can be placed now, as ECS words it (`Capacity is unavailable at this time. …`); undefined
   * when one can. A runtime without this method always has capacity.
   */
  cannotPlace?(wanted: { serviceArn: string; deploymentId: string; taskDefinition: JsonObject }): string | undefined;
  /** Sends SIGTERM, and SIGKILL after each container's stop timeout (30 s unless its definition sets another). Ends in `stopped`. */
  stop(taskArn: string): void;
  /** Takes over these tasks after a restart of the local AWS; those that no longer run are reported as `stopped`. */
  adopt(tasks: TaskSpec[], listener: TaskListener): Promise<void>;
  /** Detaches from all tasks; with `remove` their containers are removed, else kept for the next start. */
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
  /** Loopback address of the container instance, to which host ports are bound. Absent on Fargate. */
  hostAddress?: string;
  /** Image digests of this service deployment by container name, once known (version consistency). */
  resolvedImages?: Record<string, string>;
}

export type TaskListener = (event: TaskEvent) => void;

/** `at` is milliseconds since the epoch on the runtime's clock. */
export type TaskEvent = { taskArn: string; at: number } & (
  | { type: "pull-started" }
  | { type: "pulled"; containers: { name: string; imageDigest: string }[] }
  | {
      type: "running";
      /** Address of the task, reachable from this machine; that of its container instance where it has none. */
      ip: string;
      containers: { name: string; runtimeId: string; imageDigest: string; networkBindings?: NetworkBinding[] }[];
    }
  | { type: "health"; container: string; status: "HEALTHY" | "UNHEALTHY" }
  /** A container has ended: one that is not essential while the task goes on, or the first one of a task that ends. */
  | { type: "container-exited"; container: string; exitCode: number; reason?: string }
  | {
      type: "stopped";
      /** Absent after a request to stop. */
      stopCode?: "TaskFailedToStart" | "EssentialContainerExited";
      /** As ECS words it, such as `Essential container in task exited`. */
      reason?: string;
      containers: { name: string; exitCode?: number; reason?: string }[];
    }
);

/** Event of a task without its ARN and time. */
export type TaskEventBody = TaskEvent extends infer Event
  ? Event extends TaskEvent
    ? Omit<Event, "taskArn" | "at">
    : never
  : never;

/** Interface of the ECS scheduler to the load balancer. Targets are keyed by task, because an address is reused at once. */
export interface LoadBalancer {
  /** Adds a target; `listener` receives every change of its health until it is removed. */
  register(target: LoadBalancerTarget, listener: (health: TargetHealth) => void): void;
  /** Stops new requests at once and ends the target's open ones within the deregistration delay; then calls `drained` once. */
  deregister(targetGroupArn: string, taskArn: string, drained: () => void): void;
  /** Sets a listener rule; one without forwards is removed. A load balancer without this method has no rules. */
  forward?(rule: ListenerRule): void;
  /** Returns a target group's settings and its targets, including draining ones, as ELB's API describes them. */
  describe(targetGroupArn: string): { settings: TargetGroupSettings; targets: TargetDescription[] };
  close(): Promise<void>;
}

/** Settings of a target group. Times in milliseconds. */
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
  /** Longest time that a deregistered target's open requests go on. */
  deregistrationDelay: number;
}

export interface TargetDescription {
  ip: string;
  /** As in `LoadBalancerTarget`. */
  instanceId?: string;
  port: number;
  state: TargetHealth["state"] | "draining";
  /** As ELB words it, as in `TargetHealth`. */
  reason?: string;
}

export interface LoadBalancerTarget {
  targetGroupArn: string;
  taskArn: string;
  serviceName: string;
  ip: string;
  /** Id of the container instance whose port it is; absent where the task has an address of its own. */
  instanceId?: string;
  port: number;
}

export interface TargetHealth {
  state: "initial" | "healthy" | "unhealthy";
  /** As ELB words it, such as `Health checks failed with these codes: [503]` or `Request timed out`. */
  reason?: string;
}
