import { createHash } from "node:crypto";
import type { Clock } from "../../clock.js";
import { getOwn } from "../model/own-members.js";
import { usesHostPorts } from "../model/task-definition-json.js";
import type { TaskEventBody, TaskListener, TaskRuntime, TaskSpec } from "../task-runtime.js";
import { hostPorts } from "./simulated-host-ports.js";

/** Script of a simulated task, in milliseconds of its clock. An absent step succeeds and takes no time. */
export interface TaskBehaviour {
  /** From the start of the pull to its end. */
  pull?: number;
  /** Reason with which the pull fails, such as `CannotPullContainerError: …`. A stop does not shorten its retries. */
  pullError?: string;
  /** From pulled to running. */
  start?: number;
  /** Exit of its first container, which ends the task. */
  exit?: { after: number; code: number; reason?: string };
  /** Exits of its other containers, by name: after that of one that is not essential the task goes on. */
  sidecarExits?: Record<string, { after: number; code: number; reason?: string }>;
  /** Changes of its first container's health, each `after` milliseconds from its start. */
  health?: { after: number; status: "HEALTHY" | "UNHEALTHY" }[];
  /** From SIGTERM to its end; SIGKILL ends it after its containers' stop timeout (30 s unless defined), with exit code 137. */
  stop?: number;
}

interface Running {
  spec: TaskSpec;
  behaviour: TaskBehaviour;
  listener: TaskListener;
  timers: (() => void)[];
  /** Exit codes of containers that have ended while the task goes on. */
  ended: Map<string, number>;
}

export interface SimulatedRuntime extends TaskRuntime {
  /** Returns the ARNs of the tasks that have started and have not ended. */
  running(): string[];
  /** Ends a task as a crash would. */
  crash(taskArn: string, exitCode: number): void;
}

/** Returns a runtime whose tasks follow scripts under a clock. `behaviourOf` is called once for each task, when it starts; `cannotPlace` before. */
export function createSimulatedRuntime(
  clock: Clock,
  behaviourOf: (task: TaskSpec) => TaskBehaviour,
  cannotPlace: NonNullable<TaskRuntime["cannotPlace"]> = () => undefined,
): SimulatedRuntime {
  const tasks = new Map<string, Running>();
  let addresses = 0;
  const bind = hostPorts();

  /** Reports from a timer, never from within `start` or `stop`, as with real containers. */
  const later = (task: Running, ms: number, callback: () => void) => task.timers.push(clock.after(ms, callback));
  const report = (task: Running, event: TaskEventBody) =>
    task.listener({ taskArn: task.spec.taskArn, at: clock.now(), ...event });

  function end(task: Running, event: Omit<StoppedBody, "type">) {
    if (!tasks.delete(task.spec.taskArn)) return;
    for (const cancel of task.timers) cancel();
    report(task, { type: "stopped", ...event });
  }

  function pull(task: Running) {
    report(task, { type: "pull-started" });
    const { pull: duration = 0, pullError } = task.behaviour;
    later(task, duration, () => {
      if (pullError !== undefined) {
        return end(task, { stopCode: "TaskFailedToStart", reason: pullError, containers: [] });
      }
      report(task, { type: "pulled", containers: imageDigests(task.spec) });
      later(task, task.behaviour.start ?? 0, () => run(task));
    });
  }

  function run(task: Running) {
    const ip = `10.0.${Math.floor(addresses / 250)}.${(addresses++ % 250) + 1}`;
    const containers = imageDigests(task.spec).map((each) => ({
      ...each,
      runtimeId: `${task.spec.taskId}-${each.name}`,
      ...(usesHostPorts(task.spec.taskDefinition) && { networkBindings: bind(task.spec, each.name) }),
    }));
    report(task, { type: "running", ip, containers });
    const container = containerNames(task.spec)[0] ?? "";
    for (const { after, status } of task.behaviour.health ?? []) {
      later(task, after, () => report(task, { type: "health", container, status }));
    }
    const { exit } = task.behaviour;
    if (exit !== undefined) later(task, exit.after, () => exitOf(task, exit.code, exit.reason));
    for (const [name, { after, code, reason }] of Object.entries(task.behaviour.sidecarExits ?? {})) {
      later(task, after, () => {
        if (isEssential(task.spec, name)) return exitOf(task, code, reason, name);
        task.ended.set(name, code);
        report(task, {
          type: "container-exited",
          container: name,
          exitCode: code,
          ...(reason !== undefined && { reason }),
        });
      });
    }
  }

  /** Ends the task after a container's exit; the others receive SIGTERM and exit with 0. */
  function exitOf(task: Running, exitCode: number, reason?: string, culprit = containerNames(task.spec)[0]) {
    end(task, {
      stopCode: "EssentialContainerExited",
      reason: "Essential container in task exited",
      containers: containerNames(task.spec).map((name) =>
        name === culprit
          ? { name, exitCode, ...(reason !== undefined && { reason }) }
          : { name, exitCode: task.ended.get(name) ?? 0 },
      ),
    });
  }

  return {
    cannotPlace,
    start(spec, listener) {
      const task: Running = { spec, behaviour: behaviourOf(spec), listener, timers: [], ended: new Map() };
      tasks.set(spec.taskArn, task);
      later(task, 0, () => pull(task));
    },
    stop(taskArn) {
      const task = tasks.get(taskArn);
      if (task === undefined || task.behaviour.pullError !== undefined) return;
      const { stop: duration = 0 } = task.behaviour;
      const timeout = stopTimeout(task.spec);
      const exitCode = duration > timeout ? KILLED : 0;
      later(task, Math.min(duration, timeout), () =>
        end(task, {
          containers: containerNames(task.spec).map((name) => ({ name, exitCode: task.ended.get(name) ?? exitCode })),
        }),
      );
    },
    async adopt(specs, listener) {
      for (const spec of specs) {
        const task = tasks.get(spec.taskArn);
        if (task !== undefined) task.listener = listener;
        else listener({ taskArn: spec.taskArn, at: clock.now(), ...LOST });
      }
    },
    async close({ remove }) {
      if (!remove) return;
      for (const task of tasks.values()) for (const cancel of task.timers) cancel();
      tasks.clear();
    },
    running: () => [...tasks.keys()],
    crash(taskArn, exitCode) {
      const task = tasks.get(taskArn);
      if (task !== undefined) exitOf(task, exitCode);
    },
  };
}

type StoppedBody = Extract<TaskEventBody, { type: "stopped" }>;

/** End of a task that no longer runs after a restart. */
const LOST: StoppedBody = {
  type: "stopped",
  stopCode: "EssentialContainerExited",
  reason: "Essential container in task exited",
  containers: [],
};

/** 128 and the number of SIGKILL. */
const KILLED = 137;

/** Returns the longest stop timeout of a task's containers, in milliseconds. */
function stopTimeout({ taskDefinition: { containerDefinitions } }: TaskSpec): number {
  const seconds = (containerDefinitions as { stopTimeout?: number }[]).map(({ stopTimeout = 30 }) => stopTimeout);
  return Math.max(...seconds) * 1_000;
}

function containerNames(spec: TaskSpec): string[] {
  const definitions = spec.taskDefinition.containerDefinitions;
  return Array.isArray(definitions) ? definitions.map((each) => String((each as { name: string }).name)) : [];
}

function isEssential({ taskDefinition: { containerDefinitions } }: TaskSpec, name: string): boolean {
  const definitions = containerDefinitions as { name: string; essential?: boolean }[];
  return definitions.find((each) => each.name === name)?.essential !== false;
}

/** Returns the image digests of a task's containers, derived from the image's address. */
function imageDigests(spec: TaskSpec): { name: string; imageDigest: string }[] {
  const definitions = spec.taskDefinition.containerDefinitions as { name: string; image: string }[];
  return definitions.map(({ name, image }) => ({
    name,
    imageDigest: getOwn(spec.resolvedImages, name) ?? digestOf(image),
  }));
}

function digestOf(image: string): string {
  const pinned = image.split("@")[1];
  if (pinned !== undefined) return pinned;
  return `sha256:${createHash("sha256").update(image).digest("hex")}`;
}
