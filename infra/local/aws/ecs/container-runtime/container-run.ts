import type { Container } from "dockerode";
import type { Engine } from "../../../containers/connect.js";
import { isEngineGone, messageOf } from "../../../containers/errors.js";
import { demultiplex } from "../../../containers/output.js";
import { attachOutput, createContainer, type Exit, stopContainer, waitForExit } from "../../../containers/run.js";
import type { Clock } from "../../clock.js";
import type { TaskSpec } from "../task-runtime.js";
import type { LogDriver } from "./awslogs-driver.js";
import { probeByExec, readHealthCheck, watchHealth } from "./container-health-check.js";
import { containerOptions, type Placement } from "./container-options.js";
import type { ContainerPlan } from "./container-plan.js";
import { TaskFailure } from "./task-failure.js";

/** How a container ended, in ECS's words. */
export interface ContainerEnd {
  exitCode?: number;
  reason?: string;
}

/** A container of a task, from its start to its end. */
export interface ContainerRun {
  plan: ContainerPlan;
  container: Container;
  imageDigest: string;
  /** Never rejects: an engine that has gone away is an end with a reason. */
  ended: Promise<ContainerEnd>;
  /** Resolves once its health check has succeeded. */
  healthy: Promise<void>;
  /** SIGTERM, then SIGKILL after its stop time-out. Resolves when it has ended. */
  stop(): Promise<ContainerEnd>;
}

export interface ContainerDeps {
  engine: Engine;
  owner: string;
  clock: Clock;
  healthScale: number;
  /** Aborted when the containers are let go of: nothing is listened to any more, what runs goes on. */
  detached: AbortSignal;
}

type TellHealth = (container: string, status: "HEALTHY" | "UNHEALTHY") => void;

/** @throws {TaskFailure} It can't be made or started. */
export async function startContainer(
  deps: ContainerDeps,
  spec: TaskSpec,
  plan: ContainerPlan,
  placement: Placement,
  driver: LogDriver,
  tellHealth: TellHealth,
): Promise<ContainerRun> {
  const container = await asFailure("CannotCreateContainerError", plan, () =>
    createContainer(deps.engine, deps.owner, containerOptions(spec, plan, placement)),
  );
  const output = await asFailure("CannotStartContainerError", plan, async () => {
    // Podman gets a container ready to start when it is attached to, and says then what stands in the way.
    const attached = await attachOutput(container, deps.detached);
    await container.start();
    return attached;
  });
  return follow(deps, plan, container, placement.imageDigest, demultiplex(output, driver.write), driver, tellHealth);
}

/** Takes over a container that an earlier process has started. What it wrote meanwhile is not told again. */
export async function adoptContainer(
  deps: ContainerDeps,
  plan: ContainerPlan,
  container: Container,
  imageDigest: string,
  driver: LogDriver,
  tellHealth: TellHealth,
): Promise<ContainerRun> {
  const output = await attachOutput(container, deps.detached);
  return follow(deps, plan, container, imageDigest, demultiplex(output, driver.write), driver, tellHealth);
}

function follow(
  deps: ContainerDeps,
  plan: ContainerPlan,
  container: Container,
  imageDigest: string,
  output: Promise<void>,
  driver: LogDriver,
  tellHealth: TellHealth,
): ContainerRun {
  const check = readHealthCheck(plan.definition, deps.healthScale);
  let becomeHealthy = () => {};
  const healthy = new Promise<void>((resolve) => {
    becomeHealthy = resolve;
  });
  const probe = () => probeByExec(container, check?.command ?? []);
  const stopWatching = check
    ? watchHealth(check, probe, deps.clock, (status) => {
        if (status === "HEALTHY") becomeHealthy();
        tellHealth(plan.name, status);
      })
    : () => {};
  const ended = untilItEnds(container, output, driver, deps.detached).finally(stopWatching);
  deps.detached.addEventListener("abort", stopWatching, { once: true });
  return {
    plan,
    container,
    imageDigest,
    ended,
    healthy,
    async stop() {
      // What stands in the way is told by the wait for its end.
      await stopContainer(container, plan.stopTimeout).catch(() => undefined);
      return ended;
    },
  };
}

async function untilItEnds(
  container: Container,
  output: Promise<void>,
  driver: LogDriver,
  detached: AbortSignal,
): Promise<ContainerEnd> {
  // Output that breaks off is an engine that went away, which the wait for the end tells.
  const written = output.catch(() => undefined).then(() => driver.flush());
  try {
    const exit = await waitForExit(container, detached);
    await written;
    return describeExit(exit);
  } catch (error) {
    return { reason: `The container engine on this machine went away: ${messageOf(error)}` };
  }
}

function describeExit({ exitCode, oomKilled }: Exit): ContainerEnd {
  return { exitCode, ...(oomKilled ? { reason: "OutOfMemoryError: Container killed due to memory usage" } : {}) };
}

async function asFailure<T>(kind: string, { name }: ContainerPlan, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (isEngineGone(error)) throw error;
    const words = messageOf(error).replace(/^\(HTTP code \d+\) [^-]*- /, "");
    throw new TaskFailure("Task failed to start", name, `${kind}: Error response from daemon: ${words}`);
  }
}
