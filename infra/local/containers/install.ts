import { setTimeout as sleep } from "node:timers/promises";
import { type ContainerRuntime, connectRuntime, openRuntime } from "./connect.js";
import { ContainerRuntimeError, messageOf } from "./errors.js";
import { type InstallPlan, logFile, planInstall } from "./install-plan.js";
import { endOf, readMachine, runCommand, startDaemon } from "./machine.js";

export type { InstallPlan } from "./install-plan.js";

const dockerSocket = "/var/run/docker.sock";
const DAEMON_TIMEOUT = 60_000;

/**
 * Plans the installation of a container runtime on this machine, for the caller to show. Changes nothing.
 *
 * @throws {ContainerRuntimeError} Not possible; the message states what to install manually.
 */
export async function planRuntime(): Promise<InstallPlan> {
  return planInstall(await readMachine());
}

/**
 * Runs the plan and returns the runtime once it listens.
 *
 * @param log Receives the title of each step at its start.
 * @throws {ContainerRuntimeError} A step fails; the message contains its output.
 */
export async function installRuntime(plan: InstallPlan, log: (line: string) => void): Promise<ContainerRuntime> {
  for (const { title, argv } of plan.commands) {
    log(title);
    await runCommand(argv);
  }
  await start(plan, log);
  for (const { title, argv } of plan.afterwards) {
    log(title);
    await runCommand(argv);
  }
  return connectRuntime();
}

async function start(plan: InstallPlan, log: (line: string) => void): Promise<void> {
  if (!plan.daemon) return untilItListens(plan, () => undefined);
  log(plan.daemon.title);
  try {
    await untilItListens(plan, startDaemon(plan.daemon.argv));
  } catch (error) {
    throw new ContainerRuntimeError(`${messageOf(error)} The log ends with:\n${endOf(logFile)}`);
  }
}

async function untilItListens({ afterwards, seeAlso }: InstallPlan, ended: () => string | undefined): Promise<void> {
  const deadline = Date.now() + DAEMON_TIMEOUT;
  for (;;) {
    try {
      await openRuntime(dockerSocket);
      return;
    } catch (error) {
      // Without root the socket is not accessible until the last step changes its owner.
      if ((error as NodeJS.ErrnoException).code === "EACCES" && afterwards.length > 0) return;
      const end = ended();
      if (end !== undefined) throw new ContainerRuntimeError(`dockerd exited (${end}) before it answered. ${seeAlso}`);
      if (Date.now() > deadline)
        throw new ContainerRuntimeError(`dockerd did not answer in 60 s: ${messageOf(error)}. ${seeAlso}`);
      await sleep(100);
    }
  }
}
