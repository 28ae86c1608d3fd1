import type { Container } from "dockerode";
import type { ContainerRuntime } from "../../../containers/connect.js";
import { isRuntimeUnreachable, messageOf } from "../../../containers/errors.js";
import { demultiplex } from "../../../containers/output.js";
import { attachOutput, createContainer, type Exit, stopContainer, waitForExit } from "../../../containers/run.js";
import type { Clock } from "../../clock.js";
import type { TaskSpec } from "../task-runtime.js";
import type { LogDriver } from "./awslogs-driver.js";
import { probeByExec, readHealthCheck, watchHealth } from "./container-health-check.js";
import { containerOptions, type Placement } from "./container-options.js";
import type { ContainerPlan } from "./container-plan.js";
import { TaskFailure } from "./task-failure.js";

/** Exit code and reason of a container, as ECS message it. */
export interface ContainerEnd {
  exitCode?: number;
  reason?: string;
}

/** Container of a task, from its start to its end. */
export interface ContainerRun {
  plan: ContainerPlan;
  container: Container;
  imageDigest: string;
  /** Never rejects: if the container runtime stops answering, the container ends with that as its reason. */
  ended: Promise<ContainerEnd>;
  /** Resolves once its health check has succeeded. */
  healthy: Promise<void>;
  /** Sends SIGTERM, then SIGKILL after the stop timeout. Resolves when the container has ended. */
  stop(): Promise<ContainerEnd>;
}

export interface ContainerDeps {
  containerRuntime: ContainerRuntime;
  owner: string;
  clock: Clock;
  healthScale: number;
  /** Aborted when the containers are detached: their events are ignored, and they go on. */
  detached: AbortSignal;
}

type ReportHealth = (container: string, status: "HEALTHY" | "UNHEALTHY") => void;

/** @throws {TaskFailure} It can't be made or started. */
export async function startContainer(
  deps: ContainerDeps,
  spec: TaskSpec,
  plan: ContainerPlan,
  placement: Placement,
  driver: LogDriver,
  reportHealth: ReportHealth,
): Promise<ContainerRun> {
  const container = await asFailure("CannotCreateContainerError", plan, () =>
    createContainer(deps.containerRuntime, deps.owner, containerOptions(spec, plan, placement)),
  );
  const output = await asFailure("CannotStartContainerError", plan, async () => {
    // Podman initialises a container when it is attached to, and fails then if it can't start.
    const attached = await attachOutput(container, deps.detached);
    await container.start();
    return attached;
  });
  return follow(deps, plan, container, placement.imageDigest, demultiplex(output, driver.write), driver, reportHealth);
}

/** Takes over a container that an earlier process started. Output from the time between is not read. */
export async function adoptContainer(
  deps: ContainerDeps,
  plan: ContainerPlan,
  container: Container,
  imageDigest: string,
  driver: LogDriver,
  reportHealth: ReportHealth,
): Promise<ContainerRun> {
  const output = await attachOutput(container, deps.detached);
  return follow(deps, plan, container, imageDigest, demultiplex(output, driver.write), driver, reportHealth);
}

function follow(
  deps: ContainerDeps,
  plan: ContainerPlan,
  container: Container,
  imageDigest: string,
  output: Promise<void>,
  driver: LogDriver,
  reportHealth: ReportHealth,
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
        reportHealth(plan.name, status);
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
      // A failure is reported by `ended`.
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
  // Output breaks off when the container runtime stops answering, which `waitForExit` reports.
  const written = output.catch(() => undefined).then(() => driver.flush());
  try {
    const exit = await waitForExit(container, detached);
    await written;
    return describeExit(exit);
  } catch (error) {
    return { reason: `The container runtime on this machine stopped answering: ${messageOf(error)}` };
  }
}

function describeExit({ exitCode, oomKilled }: Exit): ContainerEnd {
  return { exitCode, ...(oomKilled ? { reason: "OutOfMemoryError: Container killed due to memory usage" } : {}) };
}

async function asFailure<T>(kind: string, { name }: ContainerPlan, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (isRuntimeUnreachable(error)) throw error;
    const message = messageOf(error).replace(/^\(HTTP code \d+\) [^-]*- /, "");
    throw new TaskFailure("Task failed to start", name, `${kind}: Error response from daemon: ${message}`);
  }
}
