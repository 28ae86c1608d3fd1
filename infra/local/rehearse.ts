/**
 * Rehearses a release on one machine: a container runtime, a local AWS with the sample's or the user's service, and the
 * module's functions against it. Options: `npm run rehearse -- --help`.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { BadInput } from "./rehearsal/bad-input.js";
import { requireKnownDrills, runDrills } from "./rehearsal/drills.js";
import { findKeptLocalAws, localAwsHelp, startLocalAwsProcess } from "./rehearsal/local-aws.js";
import { takeLock } from "./rehearsal/lock.js";
import { type ModuleCaller, moduleCaller } from "./rehearsal/module-call.js";
import { help, type Options, parseOptions } from "./rehearsal/options.js";
import { ensureContainerRuntime, ensureGit } from "./rehearsal/prerequisites.js";
import { formatTable, recordStep, type Step } from "./rehearsal/step-table.js";
import { openRehearsal, requireServed, runSteps } from "./rehearsal/steps.js";
import { MINUTE } from "./rehearsal/strategy.js";
import { openUserService, type UserService } from "./rehearsal/user-service.js";

const stateDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "slipway", "rehearsal");

process.exitCode = await main(process.argv.slice(2));

/** Runs the command. @returns The exit code: 0, 1 when a step did not end as expected, 2 for bad input, 130 after an interrupt. */
async function main(args: string[]): Promise<number> {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () =>
      interrupt.abort(new Error(`Interrupted by ${signal}. The local AWS and its containers were removed.`)),
    );
  }
  let options: Options;
  let own: UserService | undefined;
  try {
    options = parseOptions(args);
    const { app } = options;
    if (app !== undefined && !options.help) own = await openUserService({ ...options, app });
    if (options.drills && !options.help && !options.stop) await requireKnownDrills(options, interrupt.signal);
  } catch (error) {
    console.error((interrupt.signal.reason as Error | undefined)?.message ?? (error as Error).message);
    return interrupt.signal.aborted ? 130 : 2;
  }
  try {
    if (options.help) console.log(help);
    else if (options.stop) await stopKept();
    else await rehearse(options, interrupt.signal, own);
    return 0;
  } catch (error) {
    console.error(`\n${((interrupt.signal.reason as Error | undefined) ?? (error as Error)).message}`);
    return interrupt.signal.aborted ? 130 : error instanceof BadInput ? 2 : 1;
  }
}

async function rehearse(options: Options, signal: AbortSignal, own?: UserService): Promise<void> {
  const lock = await takeLock(stateDir);
  let module: ModuleCaller | undefined;
  try {
    await refuseWhileOneIsKept();
    module = await moduleCaller(options.engine, signal, own?.cwd);
    console.log(`The module's functions run on ${module.name}.`);
    const steps: Step[] = [];
    const consent = { yes: options.yes, log: console.log, signal };
    await ensureGit(consent);
    await recordStep(steps, "container runtime", () => ensureContainerRuntime(consent));
    const service = own && { service: own, flags: await own.writeFlags(join(stateDir, "own")) };
    const minute = options.strategy === "rolling" ? [] : ["--minute", String(MINUTE)];
    const start = () => startLocalAwsProcess(stateDir, options.port, signal, [...minute, ...(own?.awsOptions ?? [])]);
    const aws = await recordStep(steps, "local AWS", start, ({ url }) => url);
    try {
      const stage = await openRehearsal(aws, module, steps, signal, service, console.log, options.strategy);
      for (const note of own?.notes ?? []) console.log(`  ! ${note}`);
      await runSteps(stage);
      if (options.drills) {
        requireServed(stage);
        await runDrills(options, steps, signal);
      }
      console.log(`\n${formatTable(steps)}\n`);
      requireServed(stage);
      if (options.keep) console.log(localAwsHelp(aws, stage.target, stage.check?.path));
    } finally {
      if (!options.keep || signal.aborted) await aws.stop();
    }
  } finally {
    await module?.close();
    await lock.release();
  }
}

async function refuseWhileOneIsKept(): Promise<void> {
  const kept = await findKeptLocalAws(stateDir);
  if (!kept) return;
  throw new Error(`The local AWS of an earlier --keep runs at ${kept.url}. Stop it first: npm run rehearse -- --stop`);
}

async function stopKept(): Promise<void> {
  const kept = await findKeptLocalAws(stateDir);
  await kept?.stop();
  console.log(
    kept
      ? `The local AWS at ${kept.url} was stopped and its containers were removed.`
      : "No local AWS of an earlier --keep is running.",
  );
}
