import { AsyncLocalStorage } from "node:async_hooks";
import {
  containersOf,
  createContainerTaskRuntime,
  type RuntimeContext,
  type TaskEvent,
  type TaskListener,
  type TaskSpec,
} from "../../infra/local/aws/index.js";
import type { ContainerRuntime } from "../../infra/local/containers/connect.js";
import type { ScriptedRuntime } from "../http/http-environment.js";
import type { TaskScript } from "../scenario/scenario.js";
import type { TaskScripts } from "../scenario/task-scripts.js";
import { containerBehaviour, sidecarEnvironment } from "./container-script.js";
import type { RegistryProxy } from "./registry-proxy.js";

export interface ScriptedContainersOptions {
  runtime: ContainerRuntime;
  door: RegistryProxy;
  taskScripts: TaskScripts;
  /** The container with the script, and its port. */
  container: string;
  port: number;
  factor: number;
}

/** Runs tasks as real containers that follow the scenario's scripts: each gets its script through its environment. */
export function createScriptedContainers(context: RuntimeContext, cast: ScriptedContainersOptions): ScriptedRuntime {
  const { runtime, door, taskScripts, container, port, factor } = cast;
  const { authorization } = context.registry;
  // Tasks that start at the same time pull at the same time, and each by its own script.
  const way = new AsyncLocalStorage<string>();
  const registry = { url: () => way.getStore() ?? "", authorization };
  const docker = createContainerTaskRuntime({
    ...context,
    containerRuntime: runtime,
    registry,
    healthScale: 1 / factor,
  });
  const running = new Map<string, string>();

  function withItsPart(spec: TaskSpec): { part: TaskSpec; url: string } {
    taskScripts.behaviourOf(spec);
    const script = taskScripts.scriptOf(spec.taskArn)?.script ?? {};
    const { environment, command, pull } = containerBehaviour(script, port, factor);
    const variables = variablesOf(environment);
    const override = { name: container, environment: variables, ...(command && { command }) };
    const overrides = { containerOverrides: [override, ...besideIt(spec, script)] };
    return { part: { ...spec, overrides }, url: door.urlFor(pull) };
  }

  /** They share the task's address: each listens on a port of its own. */
  function besideIt({ taskDefinition }: TaskSpec, script: TaskScript) {
    const names = containersOf(taskDefinition).map(({ name }) => String(name));
    return names
      .filter((name) => name !== container)
      .map((name, index) => ({
        name,
        environment: variablesOf(sidecarEnvironment(script, name, port + 2 + index, factor)),
      }));
  }

  return {
    ...docker,
    start(spec, listener) {
      const { part, url } = withItsPart(spec);
      const hear: TaskListener = (event) => {
        if (event.type === "running") running.set(event.taskArn, idOf(event, container));
        if (event.type === "stopped") running.delete(event.taskArn);
        listener(event);
      };
      way.run(url, () => docker.start(part, hear));
    },
    running: () => [...running.keys()],
    crash(taskArn) {
      // A container that has just ended accepts no change and needs none.
      runtime.docker
        .getContainer(running.get(taskArn) ?? "")
        .kill({ signal: "SIGUSR1" })
        .catch(() => {});
    },
  };
}

function variablesOf(environment: Record<string, string>) {
  return Object.entries(environment).map(([name, value]) => ({ name, value }));
}

function idOf({ containers }: TaskEvent & { type: "running" }, container: string): string {
  return containers.find(({ name }) => name === container)?.runtimeId ?? "";
}
