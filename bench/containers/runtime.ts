import { createDockerRuntime } from "../../infra/local/aws/ecs/docker/runtime.js";
import type { TaskSpec } from "../../infra/local/aws/ecs/runtime.js";
import type { Surroundings } from "../../infra/local/aws/server.js";
import type { Engine } from "../../infra/local/containers/connect.js";
import type { PlayedRuntime } from "../stage/stage.js";
import type { Casting } from "../world/behaviour.js";
import { containerBehaviour } from "./behaviour.js";
import type { RegistryDoor } from "./registry-door.js";

export interface Cast {
  engine: Engine;
  door: RegistryDoor;
  casting: Casting;
  /** The container that plays, and its port. */
  container: string;
  port: number;
  factor: number;
}

/** Real containers that do what the scenario says of their tasks: each is told its part by its environment. */
export function castContainers(surroundings: Surroundings, cast: Cast): PlayedRuntime {
  const { engine, door, casting, container, port, factor } = cast;
  const { authorization } = surroundings.registry;
  const registry = { url: () => door.url, authorization };
  const docker = createDockerRuntime({ ...surroundings, engine, registry, healthScale: 1 / factor });
  const running = new Map<string, string>();

  function withItsPart(spec: TaskSpec): TaskSpec {
    casting.behaviourOf(spec);
    const script = casting.roleOf(spec.taskArn)?.script ?? {};
    const { environment, command, pull } = containerBehaviour(script, port, factor);
    door.meet(pull);
    const variables = Object.entries(environment).map(([name, value]) => ({ name, value }));
    const override = { name: container, environment: variables, ...(command && { command }) };
    return { ...spec, overrides: { containerOverrides: [override] } };
  }

  return {
    ...docker,
    start(spec, listener) {
      docker.start(withItsPart(spec), (event) => {
        if (event.type === "running") running.set(event.taskArn, event.containers[0]?.runtimeId ?? "");
        if (event.type === "stopped") running.delete(event.taskArn);
        listener(event);
      });
    },
    running: () => [...running.keys()],
    crash(taskArn) {
      // One that has just ended can't be told any more, and need not be.
      engine.docker
        .getContainer(running.get(taskArn) ?? "")
        .kill({ signal: "SIGUSR1" })
        .catch(() => {});
    },
  };
}
