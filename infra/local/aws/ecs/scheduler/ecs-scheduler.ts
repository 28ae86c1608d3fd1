import type { Clock } from "../../clock.js";
import type { Document } from "../../state.js";
import type { EcsTiming } from "../ecs-timing.js";
import type { HookFunctions } from "../hook-functions.js";
import type { EcsState, TaskRecord } from "../model/ecs-state.js";
import type { FargateQuotas } from "../model/fargate-quotas.js";
import type { Random } from "../seeded-random.js";
import type { LoadBalancer, TaskListener, TaskRuntime } from "../task-runtime.js";
import { advanceState } from "./advance-state.js";
import { observeAnswer, resumeHooks } from "./lifecycle-hooks.js";
import { observeDrained, observeTarget, observeTask } from "./runtime-events.js";
import type { SchedulerAction, SchedulerContext } from "./scheduler-context.js";
import { createStateHistory } from "./state-history.js";
import { indexState } from "./state-index.js";
import { registerTarget } from "./task-lifecycle.js";
import { taskSpecOf } from "./task-transitions.js";

interface EcsSchedulerDeps {
  clock: Clock;
  timing: EcsTiming;
  runtime: TaskRuntime;
  loadBalancer: LoadBalancer;
  functions: HookFunctions;
  document: Document<EcsState>;
  random: Random;
  rollbackId: "old" | "new";
  breakerOnShifts: boolean;
  fargateQuotas: FargateQuotas;
  /** Returns how long earlier states are kept for `past`, in milliseconds; called at each change. */
  pastKept: () => number;
}

/** Drives the pure scheduler: passes it the time, performs its actions, reports their results to it, and runs it again when something is due. */
export interface EcsScheduler {
  readonly state: EcsState;
  /** Returns a read-only scheduler of an earlier moment, as far back as states are kept. */
  past(at: number): EcsScheduler;
  /** Returns the state and the time for reads. */
  view(): Pick<SchedulerContext, "state" | "now" | "timing">;
  /** Makes a change, performs everything that follows from it, and returns what `mutate` returned. */
  change<T>(mutate: (context: SchedulerContext) => T): T;
  /** Takes over the tasks that still run after a restart. */
  resume(): Promise<void>;
  /** Stops scheduling; running tasks go on. */
  close(): void;
}

export function createEcsScheduler(deps: EcsSchedulerDeps): EcsScheduler {
  const { clock, document, runtime, loadBalancer, functions } = deps;
  const state = document.value;
  const index = indexState(state);
  const waiting: SchedulerAction[] = [];
  const history = createStateHistory(state, deps.pastKept);
  let isPerforming = false;
  let isClosed = false;
  let disarm = () => {};

  function change<T>(mutate: (context: SchedulerContext) => T): T {
    const context: SchedulerContext = {
      state,
      index,
      now: clock.now(),
      timing: deps.timing,
      random: deps.random,
      rollbackId: deps.rollbackId,
      breakerOnShifts: deps.breakerOnShifts,
      cannotPlace: (wanted) => runtime.cannotPlace?.(wanted),
      fargateQuotas: deps.fargateQuotas,
      actions: [],
      wakeAt: Number.POSITIVE_INFINITY,
      changed: false,
    };
    history.before(context.now);
    const result = mutate(context);
    if (isClosed) return result;
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
      context.wakeAt === Number.POSITIVE_INFINITY ? () => {} : clock.after(delayOf(context), () => change(() => {}));
  }

  /** Performs actions in the order in which they were decided. An action may report at once, which adds more actions. */
  function performAll() {
    if (isPerforming) return;
    isPerforming = true;
    try {
      for (let action = waiting.shift(); action !== undefined; action = waiting.shift()) perform(action);
    } finally {
      isPerforming = false;
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
          report((context) => observeTarget(context, taskArn, targetGroupArn, health)),
        );
      }
      case "deregister": {
        const { taskArn, targetGroupArn } = action;
        return loadBalancer.deregister(targetGroupArn, taskArn, () =>
          report((context) => observeDrained(context, taskArn, targetGroupArn)),
        );
      }
      case "forward":
        return loadBalancer.forward?.(action.rule);
      case "invoke":
        return functions.invoke(action.functionArn, action.event, (answer) =>
          report((context) => observeAnswer(context, action, answer)),
        );
    }
  }

  const report = (mutate: (context: SchedulerContext) => void) => {
    if (!isClosed) change(mutate);
  };
  const listener: TaskListener = (event) => report((context) => observeTask(context, event));

  async function resume() {
    const running = Object.values(state.tasks).filter(isWithRuntime);
    await runtime.adopt(
      running.map((task) => taskSpecOf(state, task)),
      listener,
    );
    change((context) => {
      resumeHooks(context);
      for (const rule of Object.values(state.listenerRules)) context.actions.push({ type: "forward", rule });
      for (const task of Object.values(state.tasks).filter(isWithRuntime)) resumeTask(context, task);
    });
  }

  return {
    state,
    view: () => ({ state, now: clock.now(), timing: deps.timing }),
    past: (at) => pastScheduler(history.at(at), at, deps.timing),
    change,
    resume,
    close() {
      isClosed = true;
      disarm();
    },
  };
}

function pastScheduler(state: EcsState, now: number, timing: EcsTiming): EcsScheduler {
  const reader: EcsScheduler = {
    state,
    past: () => reader,
    view: () => ({ state, now, timing }),
    change: () => {
      throw new Error("An earlier state is read-only.");
    },
    resume: async () => {},
    close: () => {},
  };
  return reader;
}

/** Returns the milliseconds to the next step. Timers hold 31 bits: a later step is checked again then. */
const delayOf = (context: SchedulerContext) => Math.min(context.wakeAt - context.now, 2 ** 31 - 1);

/** Returns whether the runtime has the task: started and not reported as stopped. */
const isWithRuntime = (task: TaskRecord) => !["PROVISIONING", "DEPROVISIONING", "STOPPED"].includes(task.lastStatus);

/** Continues a task after a restart. The load balancer loses its targets then: those in use are registered again, draining ones count as drained. */
function resumeTask(context: SchedulerContext, task: TaskRecord) {
  for (const target of task.targets) {
    if (target.state === "draining") target.state = "drained";
    if (target.state === "unregistered" || target.state === "drained") continue;
    target.state = "initial";
    registerTarget(context, task, target);
  }
  if (task.lastStatus === "STOPPING") context.actions.push({ type: "stop", taskArn: task.arn });
}
