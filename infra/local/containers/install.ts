import { setTimeout as sleep } from "node:timers/promises";
import { connectEngine, type Engine, openEngine } from "./connect.js";
import { EngineError, messageOf } from "./errors.js";
import { type InstallPlan, logFile, planInstall } from "./install-plan.js";
import { endOf, readMachine, runCommand, startDaemon } from "./machine.js";

export type { InstallPlan } from "./install-plan.js";

const dockerSocket = "/var/run/docker.sock";
const daemonPatience = 60_000;

/**
 * What would be done on this machine to have a container engine, for the caller to show and ask consent for. Nothing is changed.
 *
 * @throws {EngineError} It can't be done here; the message says what to install by hand.
 */
export async function planEngine(): Promise<InstallPlan> {
  return planInstall(await readMachine());
}

/**
 * Does what the plan says and answers the engine once it listens.
 *
 * @param log Is told each step as it begins.
 * @throws {EngineError} A step failed; the message has its output.
 */
export async function installEngine(plan: InstallPlan, log: (line: string) => void): Promise<Engine> {
  for (const { say, argv } of plan.commands) {
    log(say);
    await runCommand(argv);
  }
  await start(plan, log);
  for (const { say, argv } of plan.afterwards) {
    log(say);
    await runCommand(argv);
  }
  return connectEngine();
}

async function start(plan: InstallPlan, log: (line: string) => void): Promise<void> {
  if (!plan.daemon) return untilItListens(plan, () => undefined);
  log(plan.daemon.say);
  try {
    await untilItListens(plan, startDaemon(plan.daemon.argv));
  } catch (error) {
    throw new EngineError(`${messageOf(error)} It ends with:\n${endOf(logFile)}`);
  }
}

async function untilItListens({ afterwards, seeAlso }: InstallPlan, ended: () => string | undefined): Promise<void> {
  const deadline = Date.now() + daemonPatience;
  for (;;) {
    try {
      await openEngine(dockerSocket);
      return;
    } catch (error) {
      // Without root the socket is there and closed to us until the last step opens it.
      if ((error as NodeJS.ErrnoException).code === "EACCES" && afterwards.length > 0) return;
      const end = ended();
      if (end !== undefined) throw new EngineError(`dockerd ended (${end}) before it answered. ${seeAlso}`);
      if (Date.now() > deadline)
        throw new EngineError(`dockerd did not answer in 60 s: ${messageOf(error)}. ${seeAlso}`);
      await sleep(100);
    }
  }
}
