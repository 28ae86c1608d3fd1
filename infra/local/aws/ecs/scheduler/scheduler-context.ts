import type { EcsTiming } from "../ecs-timing.js";
import type { DeploymentRecord, EcsState, ServiceDeploymentRecord, ServiceRecord } from "../model/ecs-state.js";
import { type Random, randomHex } from "../seeded-random.js";
import type { LoadBalancerTarget, TaskRuntime, TaskSpec } from "../task-runtime.js";
import type { StateIndex } from "./state-index.js";

/** What the scheduler wants done outside. It only says so: whoever drives it does it and tells what came of it. */
export type SchedulerAction =
  | { type: "start"; task: TaskSpec }
  | { type: "stop"; taskArn: string }
  | { type: "register"; target: LoadBalancerTarget }
  | { type: "deregister"; targetGroupArn: string; taskArn: string };

/**
 * One moment of the scheduler's context. Its functions read and change nothing but this: the same state, time and seed
 * always give the same new state and the same actions.
 */
export interface SchedulerContext {
  readonly state: EcsState;
  /** Of the state's tasks. */
  readonly index: StateIndex;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly timing: EcsTiming;
  readonly random: Random;
  /** Whether a rollback brings the completed deployment back under its old id, or under a new one: both have been seen. */
  readonly rollbackId: "old" | "new";
  /** Asked before a service's tasks are started. */
  readonly cannotPlace: NonNullable<TaskRuntime["cannotPlace"]>;
  readonly actions: SchedulerAction[];
  /** The next moment at which something happens by itself. */
  wakeAt: number;
  /** Whether this pass changed anything, so that another one is due. */
  changed: boolean;
}

/** Asks for another look at `at`. */
export function wake(context: SchedulerContext, at: number): void {
  if (at > context.now && at < context.wakeAt) context.wakeAt = at;
}

const EVENTS_KEPT = 100;

/** Adds an event; `later` milliseconds set it after another one of the same moment. The list never goes back in time. */
export function addEvent(context: SchedulerContext, service: ServiceRecord, message: string, later = 0): void {
  const createdAt = Math.max(context.now + later, service.events[0]?.createdAt ?? 0);
  service.events.unshift({ id: uuid(context.random), createdAt, message: `(service ${service.name}) ${message}` });
  service.events.length = Math.min(service.events.length, EVENTS_KEPT);
  context.changed = true;
}

export function serviceDeploymentOf(context: SchedulerContext, deployment: DeploymentRecord): ServiceDeploymentRecord {
  const found = context.state.serviceDeployments[deployment.serviceDeploymentArn];
  if (found === undefined) throw new Error(`The state names ${deployment.serviceDeploymentArn} but does not have it.`);
  return found;
}

function uuid(random: Random): string {
  const part = (length: number) => randomHex(random, length);
  return `${part(8)}-${part(4)}-4${part(3)}-8${part(3)}-${part(12)}`;
}
