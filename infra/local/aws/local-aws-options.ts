import type { Clock } from "./clock.js";
import type { EcsTiming } from "./ecs/ecs-timing.js";
import type { TaskRuntime } from "./ecs/task-runtime.js";
import type { LogSink } from "./logs/sink.js";
import type { Faults } from "./protocol/faults.js";
import type { Principal } from "./protocol/principals.js";
import type { ServingLoadBalancer } from "./route.js";

export interface LocalAwsOptions {
  /** Where everything is kept; made when it is not there. */
  stateDir: string;
  /** Makes what runs the tasks. */
  runtime: (context: RuntimeContext) => TaskRuntime | Promise<TaskRuntime>;
  /** Makes what sends requests to the tasks. */
  loadBalancer: (context: RuntimeContext) => ServingLoadBalancer;
  /** 0, the default, takes any free port. */
  port?: number;
  /** 12 digits. */
  account?: string;
  /** The local ECS's delays; short ones unless told otherwise. */
  timing?: EcsTiming;
  /** Whether a rollback shows the completed deployment under its old id (the default) or a new one. */
  rollbackId?: "old" | "new";
  /** Forgets what the state directory holds. */
  reset?: boolean;
  /** Leaves the tasks' containers running when it closes, for the next start to take over. */
  keepTasks?: boolean;
  /** Further callers, besides the one whose key stands in `credentials.json`. */
  principals?: Principal[];
  /** Actions that the caller of `credentials.json` may not take, such as `ecs:StopServiceDeployment` or `ecr:*`. */
  deny?: string[];
  /** What goes wrong with calls; it decides anew at each one, and so can change its mind at any time. */
  faults?: Faults;
  /** Whether ECS's request limits hold. */
  limits?: boolean;
  /** Bytes of the largest layer that ECR takes: 52,000 MiB, as on AWS, unless given. */
  largestLayer?: number;
  clock?: Clock;
  log?: (line: string) => void;
}

/** Services of the local AWS that a task runtime and a load balancer use. */
export interface RuntimeContext {
  clock: Clock;
  account: string;
  /** The registry on this machine, as it is pulled from. */
  registry: {
    /** Such as `http://127.0.0.1:4566`. */
    url(): string;
    /** The value of an `Authorization` header that lets the holder pull a region's images, good for 12 hours. */
    authorization(region: string): string;
  };
  /** The logs of a region. */
  logs: (region: string) => LogSink;
  /** An id of this state directory: what containers are labelled with, so that a later start finds its own. */
  owner: string;
  log: (line: string) => void;
}
