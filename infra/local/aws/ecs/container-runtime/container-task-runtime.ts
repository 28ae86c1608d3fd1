import { createHash } from "node:crypto";
import type { Container } from "dockerode";
import type { ContainerRuntime } from "../../../containers/connect.js";
import { openNetwork, type TaskNetwork } from "../../../containers/network.js";
import { removeOwned } from "../../../containers/owned.js";
import type { Clock } from "../../clock.js";
import type { LogSink } from "../../logs/sink.js";
import type { TaskListener, TaskRuntime, TaskSpec } from "../task-runtime.js";
import { labels } from "./container-options.js";
import type { Registry } from "./pull-image.js";
import type { RuntimeDeps } from "./task-context.js";
import { type RunningTask, runTask } from "./task-run.js";

export interface ContainerTaskRuntimeDeps {
  containerRuntime: ContainerRuntime;
  /** Owner label of the containers: the same after a restart, another one for each local AWS on this machine. */
  owner: string;
  registry: Registry;
  /** The logs of a region, for the `awslogs` driver. */
  logs: (region: string) => LogSink;
  clock: Clock;
  log: (line: string) => void;
  /** Factor of a container health check's interval. By default 1. */
  healthScale?: number;
}

/** Runs tasks as real containers on this machine's container runtime, each with its own address, as Fargate does. */
export function createContainerTaskRuntime(options: ContainerTaskRuntimeDeps): TaskRuntime {
  const { containerRuntime, owner } = options;
  const tasks = new Map<string, RunningTask>();
  let network: Promise<TaskNetwork> | undefined;
  const deps: RuntimeDeps = {
    ...options,
    healthScale: options.healthScale ?? 1,
    network() {
      network ??= openNetwork(containerRuntime, owner, createHash("sha256").update(owner).digest().readUInt16BE(0));
      return network;
    },
  };

  function keep(taskArn: string, task: RunningTask): void {
    tasks.set(taskArn, task);
    void task.done.then(() => tasks.delete(taskArn));
  }

  return {
    start: (spec, listener) => keep(spec.taskArn, runTask(deps, spec, listener)),
    stop: (taskArn) => tasks.get(taskArn)?.stop(),
    async adopt(specs: TaskSpec[], listener: TaskListener) {
      for (const spec of specs) {
        const { address, containers } = await findTask(containerRuntime, spec);
        keep(
          spec.taskArn,
          runTask(deps, spec, listener, (task) => task.adopt(containers, address)),
        );
      }
    },
    async close({ remove }) {
      for (const task of tasks.values()) task.detach();
      await Promise.all([...tasks.values()].map(({ done }) => done));
      if (remove) await removeOwned(containerRuntime, owner);
    },
  };
}

interface FoundTask {
  /** Empty when no container of the task runs. */
  address: string;
  /** Running containers by name. */
  containers: Map<string, { container: Container; imageDigest: string }>;
}

/** Finds the containers of a task that an earlier process started. */
async function findTask({ docker }: ContainerRuntime, { taskArn }: TaskSpec): Promise<FoundTask> {
  const filters = JSON.stringify({ label: [`${labels.task}=${taskArn}`] });
  const found = await docker.listContainers({ filters });
  const address = found.map(({ Labels }) => Labels[labels.address]).find((text) => text !== undefined) ?? "";
  const named = found.filter(({ Labels }) => Labels[labels.container] !== undefined);
  const containers = new Map(
    named.map(({ Id, Labels }) => [
      Labels[labels.container] ?? "",
      { container: docker.getContainer(Id), imageDigest: Labels[labels.digest] ?? "" },
    ]),
  );
  return { address, containers };
}
