import type { Clock } from "../../clock.js";
import type { Document } from "../../state.js";
import type { Timing } from "../ecs-timing.js";
import type { EcsState, TaskRecord } from "../model/ecs-state.js";
import type { Random } from "../seeded-random.js";
import type { LoadBalancer, TaskListener, TaskRuntime } from "../task-runtime.js";
import { advance } from "./advance-state.js";
import { observeDrained, observeTarget, observeTask } from "./runtime-events.js";
import type { Action, World } from "./scheduler-context.js";
import { createHistory } from "./state-history.js";
import { rosterOf } from "./state-index.js";
import { register } from "./task-lifecycle.js";
import { specOf } from "./task-transitions.js";

export interface EngineDeps {
  clock: Clock;
  timing: Timing;
  runtime: TaskRuntime;
  loadBalancer: LoadBalancer;
  document: Document<EcsState>;
  random: Random;
  rollbackId: "old" | "new";
  /** How far back `past` may look, in milliseconds; asked at each change. */
  pastKept: () => number;
}

/** Drives the scheduler: gives it the time, does what it asks for, tells it what came of it, and wakes it when something is due. */
export interface Engine {
  readonly state: EcsState;
  /** As it was at a moment, as far back as the past is kept; to be read only. */
  past(at: number): Engine;
  /** For those who only read. */
  look(): Pick<World, "state" | "now" | "timing">;
  /** Makes a change, lets everything happen that follows from it, and answers what `mutate` answered. */
  change<T>(mutate: (world: World) => T): T;
  /** After a restart: takes over what still runs. */
  resume(): Promise<void>;
  /** Stops deciding; what runs goes on. */
  close(): void;
}

export function createEngine(deps: EngineDeps): Engine {
  const { clock, document, runtime, loadBalancer } = deps;
  const state = document.value;
  const roster = rosterOf(state);
  const waiting: Action[] = [];
  const history = createHistory(state, deps.pastKept);
  let performing = false;
  let closed = false;
  let disarm = () => {};

  function change<T>(mutate: (world: World) => T): T {
    const world: World = {
      state,
      roster,
      now: clock.now(),
      timing: deps.timing,
      random: deps.random,
      rollbackId: deps.rollbackId,
      cannotPlace: (wanted) => runtime.cannotPlace?.(wanted),
      actions: [],
      wakeAt: Number.POSITIVE_INFINITY,
      changed: false,
    };
    history.before(world.now);
    const result = mutate(world);
    if (closed) return result;
    advance(world);
    history.after(world.now);
    document.save();
    arm(world);
    waiting.push(...world.actions);
    performAll();
    return result;
  }

  function arm(world: World) {
    disarm();
    disarm = world.wakeAt === Number.POSITIVE_INFINITY ? () => {} : clock.after(pause(world), () => change(() => {}));
  }

  /** An action may be answered at once, which asks for more: they are done in the order in which they were decided. */
  function performAll() {
    if (performing) return;
    performing = true;
    try {
      for (let action = waiting.shift(); action !== undefined; action = waiting.shift()) perform(action);
    } finally {
      performing = false;
    }
  }

  function perform(action: Action) {
    switch (action.type) {
      case "start":
        return runtime.start(action.task, listener);
      case "stop":
        return runtime.stop(action.taskArn);
      case "register": {
        const { taskArn, targetGroupArn } = action.target;
        return loadBalancer.register(action.target, (health) =>
          tell((world) => observeTarget(world, taskArn, targetGroupArn, health)),
        );
      }
      case "deregister": {
        const { taskArn, targetGroupArn } = action;
        return loadBalancer.deregister(targetGroupArn, taskArn, () =>
          tell((world) => observeDrained(world, taskArn, targetGroupArn)),
        );
      }
    }
  }

  const tell = (mutate: (world: World) => void) => {
    if (!closed) change(mutate);
  };
  const listener: TaskListener = (event) => tell((world) => observeTask(world, event));

  async function resume() {
    const handedOver = Object.values(state.tasks).filter(withRuntime);
    await runtime.adopt(
      handedOver.map((task) => specOf(state, task)),
      listener,
    );
    change((world) => {
      for (const task of Object.values(state.tasks).filter(withRuntime)) takeUp(world, task);
    });
  }

  return {
    state,
    look: () => ({ state, now: clock.now(), timing: deps.timing }),
    past: (at) => pastEngine(history.at(at), at, deps.timing),
    change,
    resume,
    close() {
      closed = true;
      disarm();
    },
  };
}

function pastEngine(state: EcsState, now: number, timing: Timing): Engine {
  const engine: Engine = {
    state,
    past: () => engine,
    look: () => ({ state, now, timing }),
    change: () => {
      throw new Error("What is past can't be changed.");
    },
    resume: async () => {},
    close: () => {},
  };
  return engine;
}

/** Timers hold 31 bits of milliseconds: what is further away is looked at again then. */
const pause = (world: World) => Math.min(world.wakeAt - world.now, 2 ** 31 - 1);

/** Whether the runtime has been asked to start it and has not told its end. */
const withRuntime = (task: TaskRecord) => !["PROVISIONING", "DEPROVISIONING", "STOPPED"].includes(task.lastStatus);

/** The load balancer forgets its targets in a restart: those in use are registered again, those on their way out are gone. */
function takeUp(world: World, task: TaskRecord) {
  for (const target of task.targets) {
    if (target.state === "draining") target.state = "drained";
    if (target.state === "unregistered" || target.state === "drained") continue;
    target.state = "initial";
    register(world, task, target);
  }
  if (task.lastStatus === "STOPPING") world.actions.push({ type: "stop", taskArn: task.arn });
}
