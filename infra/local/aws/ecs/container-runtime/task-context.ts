import type { TaskNetwork } from "../../../containers/network.js";
import type { LogDriverDeps } from "./awslogs-driver.js";
import type { ContainerDeps } from "./container-run.js";
import type { Registry } from "./pull-image.js";

/** Dependencies that all tasks of a runtime share. */
export interface RuntimeDeps extends Omit<ContainerDeps, "detached">, LogDriverDeps {
  registry: Registry;
  /** Returns the network of the tasks; the first call creates it. */
  network: () => Promise<TaskNetwork>;
  log: (line: string) => void;
}

export interface TaskDeps extends RuntimeDeps, ContainerDeps {}

/** Stop code and reason with which a task ends. */
export interface TaskEnd {
  stopCode?: "TaskFailedToStart" | "EssentialContainerExited";
  reason?: string;
  /** Container that never ran, and its reason. */
  failed?: { name: string; reason: string };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
