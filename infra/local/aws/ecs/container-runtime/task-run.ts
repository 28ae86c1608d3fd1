import { setMaxListeners } from "node:events";
import { isRuntimeUnreachable, messageOf } from "../../../containers/errors.js";
import type { TaskEvent, TaskEventBody, TaskListener, TaskSpec } from "../task-runtime.js";
import { TaskContainers } from "./task-containers.js";
import { aborted, type RuntimeDeps, type TaskDeps, type TaskEnd } from "./task-context.js";
import { TaskFailure } from "./task-failure.js";
import { removeTask } from "./task-resources.js";

export interface RunningTask {
  stop(): void;
  /** Ignores further events; the containers go on. */
  detach(): void;
  /** Resolves after `detach`, or when everything is removed and `stopped` is reported. Never rejects. */
  done: Promise<void>;
}

/**
 * Runs a task from its images to its end.
 *
 * @param begin Starts the task's containers, or takes them over from an earlier process.
 */
export function runTask(
  shared: RuntimeDeps,
  spec: TaskSpec,
  listener: TaskListener,
  begin: (containers: TaskContainers) => Promise<void> = (containers) => containers.start(),
): RunningTask {
  const stopRequest = new AbortController();
  const detached = new AbortController();
  // Each container adds listeners for its output, its end and its health check.
  setMaxListeners(0, detached.signal);
  const deps: TaskDeps = { ...shared, detached: detached.signal };
  const report = (event: TaskEventBody) => {
    if (!deps.detached.aborted) listener({ taskArn: spec.taskArn, at: deps.clock.now(), ...event } as TaskEvent);
  };
  const done = runToEnd().catch((error) => deps.log(`Task ${spec.taskId}: ${(error as Error).stack}`));
  return { stop: () => stopRequest.abort(), detach: () => detached.abort(), done };

  async function runToEnd(): Promise<void> {
    const containers = new TaskContainers(deps, spec, report);
    const begun = begin(containers);
    const end = await Promise.race([
      begun.then(
        () => containers.essentialEnd,
        (error) => describeFailure(error),
      ),
      containers.essentialEnd,
      aborted(stopRequest.signal).then((): TaskEnd => ({})),
      aborted(deps.detached),
    ]);
    if (end === undefined) {
      // A container that is being created would not be removed with the others.
      await begun.catch(() => undefined);
      return;
    }
    const { failed, ...cause } = end;
    const ends = await containers.stop();
    if (failed && !ends.some(({ name }) => name === failed.name)) ends.push(failed);
    if (deps.detached.aborted) return;
    await removeTask(deps, spec.taskArn).catch((error) => {
      deps.log(`Task ${spec.taskId}: its containers can't be removed: ${messageOf(error)}`);
    });
    report({ type: "stopped", ...cause, containers: ends });
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
    const why = isRuntimeUnreachable(error)
      ? "the container runtime on this machine stopped answering"
      : "the container runtime on this machine failed";
    return { stopCode: "TaskFailedToStart", reason: `ResourceInitializationError: ${why}: ${messageOf(error)}` };
  }
}
