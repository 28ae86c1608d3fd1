import { setTimeout as sleep } from "node:timers/promises";
import { connectEngine, type Engine, openEngine } from "./connect.js";
import { EngineError, messageOf } from "./errors.js";
import { type InstallPlan, planInstall } from "./install-plan.js";
import { readMachine, runCommand, startDaemon } from "./machine.js";

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
  if (plan.daemon) {
    log(plan.daemon.say);
    startDaemon(plan.daemon.argv);
  }
  await untilItListens(plan);
  for (const { say, argv } of plan.afterwards) {
    log(say);
    await runCommand(argv);
  }
  return connectEngine();
}

async function untilItListens(plan: InstallPlan): Promise<void> {
  const deadline = Date.now() + daemonPatience;
  for (;;) {
    try {
      await openEngine(dockerSocket);
      return;
    } catch (error) {
      // Without root the socket is there and closed to us until the last step opens it.
      if ((error as NodeJS.ErrnoException).code === "EACCES" && plan.afterwards.length > 0) return;
      if (Date.now() > deadline)
        throw new EngineError(`dockerd did not answer in 60 s: ${messageOf(error)}. ${plan.seeAlso}`);
      await sleep(100);
    }
  }
}
