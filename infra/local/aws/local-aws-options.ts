import type { Clock } from "./clock.js";
import type { EcsTiming } from "./ecs/ecs-timing.js";
import type { HookFunctions } from "./ecs/hook-functions.js";
import type { FargateQuotas } from "./ecs/model/fargate-quotas.js";
import type { TaskRuntime } from "./ecs/task-runtime.js";
import type { LogSink } from "./logs/sink.js";
import type { Faults } from "./protocol/faults.js";
import type { Principal } from "./protocol/principals.js";
import type { ServingLoadBalancer } from "./route.js";

export interface LocalAwsOptions {
  /** Directory of all state; created if absent. */
  stateDir: string;
  /** Creates the task runtime. */
  runtime: (context: RuntimeContext) => TaskRuntime | Promise<TaskRuntime>;
  /** Creates the load balancer. */
  loadBalancer: (context: RuntimeContext) => ServingLoadBalancer;
  /** TCP port; 0, the default, for any free port. */
  port?: number;
  /** Account ID of 12 digits. */
  account?: string;
  /** Delays of the local ECS; those of the rehearsal by default. */
  timing?: EcsTiming;
  /** ID of a deployment that a rollback returns to: its old one (the default) or a new one. */
  rollbackId?: "old" | "new";
  /** True by default: the circuit breaker acts on BLUE_GREEN, LINEAR and CANARY too. AWS documents both readings. */
  breakerOnShifts?: boolean;
  /** Quotas of Fargate's vCPUs, which ECS enforces; by default those of an account in use. */
  fargateQuotas?: FargateQuotas | undefined;
  /** Lambda functions of lifecycle hooks; none exists by default. */
  functions?: HookFunctions;
  /** Deletes the stored state first. */
  reset?: boolean;
  /** Leaves the tasks' containers running on close; the next start adopts them. */
  keepTasks?: boolean;
  /** Additional callers, besides the one of `credentials.json`. */
  principals?: Principal[];
  /** Actions denied to the caller of `credentials.json`, such as `ecs:StopServiceDeployment` or `ecr:*`. */
  deny?: string[];
  /** Fault injection; evaluated at each call, so that it can change at any time. */
  faults?: Faults;
  /** Enforces ECS's request rate limits. */
  limits?: boolean;
  /** Maximum size of a layer in ECR, in bytes; 52,000 MiB by default, as on AWS. */
  largestLayer?: number;
  clock?: Clock;
  log?: (line: string) => void;
}

/** Services of the local AWS that a task runtime and a load balancer use. */
export interface RuntimeContext {
  clock: Clock;
  account: string;
  /** The local ECR registry, for pulls. */
  registry: {
    /** Such as `http://127.0.0.1:4566`. */
    url(): string;
    /** Returns an `Authorization` header that permits pulls of a region's images for 12 hours. */
    authorization(region: string): string;
  };
  /** CloudWatch Logs of a region. */
  logs: (region: string) => LogSink;
  /** ID of this state directory. Containers carry it as a label, so that a later start finds them. */
  owner: string;
  log: (line: string) => void;
}
