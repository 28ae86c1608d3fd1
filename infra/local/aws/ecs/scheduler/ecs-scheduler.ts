import type { Clock } from "../../clock.js";
import type { Document } from "../../state.js";
import type { EcsTiming } from "../ecs-timing.js";
import type { EcsState, TaskRecord } from "../model/ecs-state.js";
import type { Random } from "../seeded-random.js";
import type { LoadBalancer, TaskListener, TaskRuntime } from "../task-runtime.js";
import { advanceState } from "./advance-state.js";
import { observeDrained, observeTarget, observeTask } from "./runtime-events.js";
import type { SchedulerAction, SchedulerContext } from "./scheduler-context.js";
import { createStateHistory } from "./state-history.js";
import { indexState } from "./state-index.js";
import { registerTarget } from "./task-lifecycle.js";
import { taskSpecOf } from "./task-transitions.js";

export interface EcsSchedulerDeps {
  clock: Clock;
  timing: EcsTiming;
  runtime: TaskRuntime;
  loadBalancer: LoadBalancer;
  document: Document<EcsState>;
  random: Random;
  rollbackId: "old" | "new";
  /** How far back `past` may look, in milliseconds; asked at each change. */
  pastKept: () => number;
}

/** Drives the scheduler: gives it the time, does what it asks for, tells it what came of it, and wakes it when something is due. */
export interface EcsScheduler {
  readonly state: EcsState;
  /** As it was at a moment, as far back as the past is kept; to be read only. */
  past(at: number): EcsScheduler;
  /** For those who only read. */
  look(): Pick<SchedulerContext, "state" | "now" | "timing">;
  /** Makes a change, lets everything happen that follows from it, and answers what `mutate` answered. */
  change<T>(mutate: (context: SchedulerContext) => T): T;
  /** After a restart: takes over what still runs. */
  resume(): Promise<void>;
  /** Stops deciding; what runs goes on. */
  close(): void;
}

export function createEcsScheduler(deps: EcsSchedulerDeps): EcsScheduler {
  const { clock, document, runtime, loadBalancer } = deps;
  const state = document.value;
  const index = indexState(state);
  const waiting: SchedulerAction[] = [];
  const history = createStateHistory(state, deps.pastKept);
  let performing = false;
  let closed = false;
  let disarm = () => {};

  function change<T>(mutate: (context: SchedulerContext) => T): T {
    const context: SchedulerContext = {
      state,
      index,
      now: clock.now(),
      timing: deps.timing,
      random: deps.random,
      rollbackId: deps.rollbackId,
      cannotPlace: (wanted) => runtime.cannotPlace?.(wanted),
      actions: [],
      wakeAt: Number.POSITIVE_INFINITY,
      changed: false,
    };
    history.before(context.now);
    const result = mutate(context);
    if (closed) return result;
    advanceState(context);
    history.after(context.now);
    document.save();
    arm(context);
    waiting.push(...context.actions);
    performAll();
    return result;
  }

  function arm(context: SchedulerContext) {
    disarm();
    disarm =
      context.wakeAt === Number.POSITIVE_INFINITY ? () => {} : clock.after(pause(context), () => change(() => {}));
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

  function perform(action: SchedulerAction) {
    switch (action.type) {
      case "start":
        return runtime.start(action.task, listener);
      case "stop":
        return runtime.stop(action.taskArn);
      case "register": {
        const { taskArn, targetGroupArn } = action.target;
        return loadBalancer.register(action.target, (health) =>
          tell((context) => observeTarget(context, taskArn, targetGroupArn, health)),
        );
      }
      case "deregister": {
        const { taskArn, targetGroupArn } = action;
        return loadBalancer.deregister(targetGroupArn, taskArn, () =>
          tell((context) => observeDrained(context, taskArn, targetGroupArn)),
        );
      }
    }
  }

  const tell = (mutate: (context: SchedulerContext) => void) => {
    if (!closed) change(mutate);
  };
  const listener: TaskListener = (event) => tell((context) => observeTask(context, event));

  async function resume() {
    const handedOver = Object.values(state.tasks).filter(withRuntime);
    await runtime.adopt(
      handedOver.map((task) => taskSpecOf(state, task)),
      listener,
    );
    change((context) => {
      for (const task of Object.values(state.tasks).filter(withRuntime)) takeUp(context, task);
    });
  }

  return {
    state,
    look: () => ({ state, now: clock.now(), timing: deps.timing }),
    past: (at) => pastScheduler(history.at(at), at, deps.timing),
    change,
    resume,
    close() {
      closed = true;
      disarm();
    },
  };
}

function pastScheduler(state: EcsState, now: number, timing: EcsTiming): EcsScheduler {
  const reader: EcsScheduler = {
    state,
    past: () => reader,
    look: () => ({ state, now, timing }),
    change: () => {
      throw new Error("What is past can't be changed.");
    },
    resume: async () => {},
    close: () => {},
  };
  return reader;
}

/** Timers hold 31 bits of milliseconds: what is further away is looked at again then. */
const pause = (context: SchedulerContext) => Math.min(context.wakeAt - context.now, 2 ** 31 - 1);

/** Whether the runtime has been asked to start it and has not told its end. */
const withRuntime = (task: TaskRecord) => !["PROVISIONING", "DEPROVISIONING", "STOPPED"].includes(task.lastStatus);

/** The load balancer forgets its targets in a restart: those in use are registered again, those on their way out are gone. */
function takeUp(context: SchedulerContext, task: TaskRecord) {
  for (const target of task.targets) {
    if (target.state === "draining") target.state = "drained";
    if (target.state === "unregistered" || target.state === "drained") continue;
    target.state = "initial";
    registerTarget(context, task, target);
  }
  if (task.lastStatus === "STOPPING") context.actions.push({ type: "stop", taskArn: task.arn });
}
