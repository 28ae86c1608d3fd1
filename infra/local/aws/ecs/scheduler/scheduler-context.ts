import type { JsonObject } from "../../protocol/service.js";
import type { EcsTiming } from "../ecs-timing.js";
import type { DeploymentRecord, EcsState, ServiceDeploymentRecord, ServiceRecord } from "../model/ecs-state.js";
import type { FargateQuotas } from "../model/fargate-quotas.js";
import type { ListenerRule } from "../model/listener-rules.js";
import { type Random, randomUuid } from "../seeded-random.js";
import type { LoadBalancerTarget, TaskRuntime, TaskSpec } from "../task-runtime.js";
import type { StateIndex } from "./state-index.js";

/** Effect of a scheduler step. The pure scheduler returns it; `EcsScheduler` performs it and reports the result. */
export type SchedulerAction =
  | { type: "start"; task: TaskSpec }
  | { type: "stop"; taskArn: string }
  | { type: "register"; target: LoadBalancerTarget }
  | { type: "deregister"; targetGroupArn: string; taskArn: string }
  | { type: "forward"; rule: ListenerRule }
  | { type: "invoke"; serviceDeploymentArn: string; hookId: string; functionArn: string; event: JsonObject };

/**
 * Input and output of the pure scheduler at one moment. Its functions read and change nothing else: the same state, time and seed always
 * give the same new state and the same actions.
 */
export interface SchedulerContext {
  readonly state: EcsState;
  /** Index of the state's tasks. */
  readonly index: StateIndex;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly timing: EcsTiming;
  readonly random: Random;
  /** Id that a rollback gives the completed deployment: its old one or a new one. Both are recorded on AWS. */
  readonly rollbackId: "old" | "new";
  /** True when the circuit breaker acts on deployments with traffic shifts. AWS documents both: only rolling ones in the API reference, all in the guide. */
  readonly breakerOnShifts: boolean;
  /** Called before a service's tasks are started. */
  readonly cannotPlace: NonNullable<TaskRuntime["cannotPlace"]>;
  readonly fargateQuotas: FargateQuotas;
  readonly actions: SchedulerAction[];
  /** Next time at which something is due. */
  wakeAt: number;
  /** True when this pass changed something, so that another pass follows. */
  changed: boolean;
}

/** Requests a further step at `at`. */
export function wake(context: SchedulerContext, at: number): void {
  if (at > context.now && at < context.wakeAt) context.wakeAt = at;
}

const EVENTS_KEPT = 100;

/** Adds an event; `later` milliseconds order it after another one of the same moment. Events never go back in time. */
export function addEvent(context: SchedulerContext, service: ServiceRecord, message: string, later = 0): void {
  const createdAt = Math.max(context.now + later, service.events[0]?.createdAt ?? 0);
  service.events.unshift({
    id: randomUuid(context.random),
    createdAt,
    message: `(service ${service.name}) ${message}`,
  });
  service.events.length = Math.min(service.events.length, EVENTS_KEPT);
  context.changed = true;
}

export function serviceDeploymentOf(context: SchedulerContext, deployment: DeploymentRecord): ServiceDeploymentRecord {
  const found = context.state.serviceDeployments[deployment.serviceDeploymentArn];
  if (found === undefined)
    throw new Error(
      `The state references the service deployment ${deployment.serviceDeploymentArn}, which it does not contain.`,
    );
  return found;
}
