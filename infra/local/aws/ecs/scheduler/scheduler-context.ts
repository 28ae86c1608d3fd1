import type { Timing } from "../ecs-timing.js";
import type { DeploymentRecord, EcsState, ServiceDeploymentRecord, ServiceRecord } from "../model/ecs-state.js";
import { hex, type Random } from "../seeded-random.js";
import type { LoadBalancerTarget, TaskRuntime, TaskSpec } from "../task-runtime.js";
import type { Roster } from "./state-index.js";

/** What the scheduler wants done outside. It only says so: whoever drives it does it and tells what came of it. */
export type Action =
  | { type: "start"; task: TaskSpec }
  | { type: "stop"; taskArn: string }
  | { type: "register"; target: LoadBalancerTarget }
  | { type: "deregister"; targetGroupArn: string; taskArn: string };

/**
 * One moment of the scheduler's world. Its functions read and change nothing but this: the same state, time and seed
 * always give the same new state and the same actions.
 */
export interface World {
  readonly state: EcsState;
  /** Of the state's tasks. */
  readonly roster: Roster;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly timing: Timing;
  readonly random: Random;
  /** Whether a rollback brings the completed deployment back under its old id, or under a new one: both have been seen. */
  readonly rollbackId: "old" | "new";
  /** Asked before a service's tasks are started. */
  readonly cannotPlace: NonNullable<TaskRuntime["cannotPlace"]>;
  readonly actions: Action[];
  /** The next moment at which something happens by itself. */
  wakeAt: number;
  /** Whether this pass changed anything, so that another one is due. */
  changed: boolean;
}

/** Asks for another look at `at`. */
export function wake(world: World, at: number): void {
  if (at > world.now && at < world.wakeAt) world.wakeAt = at;
}

const EVENTS_KEPT = 100;

/** Adds an event; `later` milliseconds set it after another one of the same moment. The list never goes back in time. */
export function announce(world: World, service: ServiceRecord, message: string, later = 0): void {
  const createdAt = Math.max(world.now + later, service.events[0]?.createdAt ?? 0);
  service.events.unshift({ id: uuid(world.random), createdAt, message: `(service ${service.name}) ${message}` });
  service.events.length = Math.min(service.events.length, EVENTS_KEPT);
  world.changed = true;
}

export function serviceDeploymentOf(world: World, deployment: DeploymentRecord): ServiceDeploymentRecord {
  const found = world.state.serviceDeployments[deployment.serviceDeploymentArn];
  if (found === undefined) throw new Error(`The state names ${deployment.serviceDeploymentArn} but does not have it.`);
  return found;
}

function uuid(random: Random): string {
  const part = (length: number) => hex(random, length);
  return `${part(8)}-${part(4)}-4${part(3)}-8${part(3)}-${part(12)}`;
}
