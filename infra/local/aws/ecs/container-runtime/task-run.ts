import { setMaxListeners } from "node:events";
import { isEngineGone, messageOf } from "../../../containers/errors.js";
import type { TaskEvent, TaskEventBody, TaskListener, TaskSpec } from "../task-runtime.js";
import { TaskContainers } from "./task-containers.js";
import { aborted, type RuntimeDeps, type TaskDeps, type TaskEnd } from "./task-context.js";
import { TaskFailure } from "./task-failure.js";
import { removeTask } from "./task-resources.js";

export interface RunningTask {
  stop(): void;
  /** Listens to nothing any more; what runs goes on. */
  detach(): void;
  /** Resolves when it is let go of, or when everything is removed and `stopped` is told. Never rejects. */
  done: Promise<void>;
}

/**
 * Runs a task from its images to its end.
 *
 * @param begin How its containers come to run: started, or taken over from an earlier process.
 */
export function runTask(
  shared: RuntimeDeps,
  spec: TaskSpec,
  listener: TaskListener,
  begin: (containers: TaskContainers) => Promise<void> = (containers) => containers.start(),
): RunningTask {
  const asked = new AbortController();
  const detached = new AbortController();
  // Every container of the task listens, with its output, its end and its health check.
  setMaxListeners(0, detached.signal);
  const deps: TaskDeps = { ...shared, detached: detached.signal };
  const tell = (event: TaskEventBody) => {
    if (!deps.detached.aborted) listener({ taskArn: spec.taskArn, at: deps.clock.now(), ...event } as TaskEvent);
  };
  const done = story().catch((error) => deps.log(`Task ${spec.taskId}: ${(error as Error).stack}`));
  return { stop: () => asked.abort(), detach: () => detached.abort(), done };

  async function story(): Promise<void> {
    const containers = new TaskContainers(deps, spec, tell);
    const begun = begin(containers);
    const end = await Promise.race([
      begun.then(
        () => containers.essentialEnd,
        (error) => describeFailure(error),
      ),
      containers.essentialEnd,
      aborted(asked.signal).then((): TaskEnd => ({})),
      aborted(deps.detached),
    ]);
    if (end === undefined) {
      // What is being made at this moment would outlive the removal of everything else.
      await begun.catch(() => undefined);
      return;
    }
    const { failed, ...told } = end;
    const ends = await containers.stop();
    if (failed && !ends.some(({ name }) => name === failed.name)) ends.push(failed);
    if (deps.detached.aborted) return;
    await removeTask(deps, spec.taskArn).catch((error) => {
      deps.log(`Task ${spec.taskId}: its containers are left behind: ${messageOf(error)}`);
    });
    tell({ type: "stopped", ...told, containers: ends });
  }

  function describeFailure(error: unknown): TaskEnd {
    if (deps.detached.aborted) return {};
    if (error instanceof TaskFailure) {
      const { reason, container, containerReason = reason } = error;
      return {
        stopCode: "TaskFailedToStart",
        reason,
        ...(container ? { failed: { name: container, reason: containerReason } } : {}),
      };
    }
    deps.log(`Task ${spec.taskId} failed to start: ${(error as Error).stack}`);
    const why = isEngineGone(error)
      ? "the container engine on this machine went away"
      : "the container engine on this machine failed";
    return { stopCode: "TaskFailedToStart", reason: `ResourceInitializationError: ${why}: ${messageOf(error)}` };
  }
}
