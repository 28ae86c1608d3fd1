/**
 * The whole way on one machine: a container engine, a local AWS with the production target's service, and the module's own functions
 * against it. `npm run rehearse -- --help` says what can be chosen.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { publishBrokenImage } from "./rehearsal/broken-image.js";
import { readyEngine } from "./rehearsal/container-engine.js";
import { keptHelp } from "./rehearsal/kept-help.js";
import { startLoad } from "./rehearsal/load.js";
import { findKept, type LocalAws, startLocalAws } from "./rehearsal/local-aws.js";
import { takeLock } from "./rehearsal/lock.js";
import { at, type CallResult, type ModuleCaller, moduleCaller } from "./rehearsal/module-call.js";
import { help, type Options, parseOptions } from "./rehearsal/options.js";
import { type Clients, connect, createService, createSurroundings, type Target } from "./rehearsal/seed.js";
import { formatTable, type Step } from "./rehearsal/table.js";

const stateDir = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "slipway", "rehearsal");
const targetFile = new URL("../targets/production.json", import.meta.url);
const requestsPerSecond = 50;
const rolledBack = 3;

interface Stage {
  aws: LocalAws;
  target: Target;
  host: string;
  clients: Clients;
  module: ModuleCaller;
  steps: Step[];
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const interrupt = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => interrupt.abort(new Error(`Interrupted by ${signal}: everything is being taken down.`)));
  }
  try {
    const options = parseOptions(args);
    if (options.help) return say(help);
    if (options.stop) return await stopKept();
    await rehearse(options, interrupt.signal);
    return 0;
  } catch (error) {
    console.error(`\n${(error as Error).message}`);
    return interrupt.signal.aborted ? 130 : 1;
  }
}

async function rehearse(options: Options, signal: AbortSignal): Promise<void> {
  const lock = await takeLock(stateDir);
  let module: ModuleCaller | undefined;
  try {
    await refuseWhileOneIsKept();
    module = await moduleCaller(options.engine, signal);
    say(
      `Module functions run on ${options.engine === "dagger" ? "a real Dagger engine" : "the stand-in for Dagger's engine"}.`,
    );
    const steps: Step[] = [];
    await timed(steps, "container engine", () => readyEngine(options.yes, say, signal));
    const aws = await timed(
      steps,
      "local AWS",
      () => startLocalAws(stateDir, options.port, signal),
      (it) => it.url,
    );
    try {
      await playTheSteps(await prepare(aws, module, steps), signal);
      say(`\n${formatTable(steps)}\n`);
      if (options.keep) say(keptHelp(aws, await readTarget()));
    } finally {
      if (!options.keep || signal.aborted) await aws.stop();
    }
  } finally {
    await module?.close();
    await lock.release();
  }
}

async function playTheSteps(stage: Stage, signal: AbortSignal): Promise<void> {
  await step(stage, signal, "test", ["test"]);
  await bringUpTheFirstVersion(stage, signal);
  const deploy = (version: string) => ["deploy", "--version", version, "--allow-dirty", ...at(stage.aws)];
  await underLoad(stage, () => step(stage, signal, "deploy v1.1.0", deploy("v1.1.0")));
  await step(stage, signal, "status", ["status", ...at(stage.aws)]);
  await publishBrokenImage(stage.clients, stage.target, stage.aws.url, { good: "v1.1.0", broken: "v1.2.0" });
  const broken = [...deploy("v1.2.0"), "--published"];
  await underLoad(stage, () => step(stage, signal, "deploy v1.2.0, which can't start", broken, rolledBack));
  requireServed(stage);
}

async function bringUpTheFirstVersion(stage: Stage, signal: AbortSignal): Promise<void> {
  await createSurroundings(stage.clients, stage.target);
  const published = await step(stage, signal, "publish v1.0.0", [
    "publish",
    "--version",
    "v1.0.0",
    "--allow-dirty",
    ...at(stage.aws),
  ]);
  await timed(
    stage.steps,
    "first version's service",
    () => createService(stage.clients, stage.target, published.stdout.trim(), "v1.0.0", signal),
    () => "completed",
  );
}

/** One call of the module, its progress shown as it comes. @throws Error when it does not end as it should. */
async function step(
  stage: Stage,
  signal: AbortSignal,
  name: string,
  args: string[],
  expected = 0,
): Promise<CallResult> {
  signal.throwIfAborted();
  return await timed(
    stage.steps,
    name,
    async () => {
      const result = await stage.module.call(args, (line) => say(`  │ ${line}`));
      for (const line of result.stdout.trim().split("\n")) say(`  │ ${line}`);
      signal.throwIfAborted();
      if (result.exitCode !== expected) {
        throw new Error(
          `${name} ended with exit code ${result.exitCode}; ${expected} was expected. Its own words are above.`,
        );
      }
      return result;
    },
    () => (expected === rolledBack ? "rolled back, as it should" : "ok"),
  );
}

/** Keeps requests coming in at the public address while `work` goes on; the step that it adds carries what they got. */
async function underLoad(stage: Stage, work: () => Promise<unknown>): Promise<void> {
  const load = startLoad(stage.aws.url, stage.host, requestsPerSecond);
  try {
    await work();
  } finally {
    const result = await load.stop();
    const last = stage.steps.at(-1);
    if (last) last.load = result;
    for (const failure of result.failures) say(`  ! a request failed: ${failure}`);
  }
}

function requireServed(stage: Stage): void {
  const [good, broken] = stage.steps.filter((it) => it.load).map((it) => it.load);
  const failed = (good?.failed ?? 0) + (broken?.failed ?? 0);
  if (failed > 0)
    throw new Error(`${failed} requests failed during the deploys; none should. See the lines marked with "!" above.`);
  if (!good?.versions.has("v1.1.0")) throw new Error("v1.1.0 was deployed and yet never served at the public address.");
  if (broken?.versions.size !== 1 || !broken.versions.has("v1.1.0")) {
    throw new Error("While v1.2.0 failed, only v1.1.0 should have been served.");
  }
}

async function prepare(aws: LocalAws, module: ModuleCaller, steps: Step[]): Promise<Stage> {
  const target = await readTarget();
  const host = target.url ? new URL(target.url).host : `${target.service}.localhost`;
  return { aws, target, host, clients: await connect(aws, target), module, steps };
}

async function timed<T>(
  steps: Step[],
  name: string,
  work: () => Promise<T>,
  outcome?: (result: T) => string,
): Promise<T> {
  say(`\n▸ ${name}`);
  const started = performance.now();
  const result = await work();
  const seconds = (performance.now() - started) / 1000;
  steps.push({ name, seconds, outcome: outcome ? outcome(result) : String(result) });
  return result;
}

async function refuseWhileOneIsKept(): Promise<void> {
  const kept = await findKept(stateDir);
  if (!kept) return;
  throw new Error(
    `A local AWS from an earlier --keep still runs at ${kept.url}. End it first: npm run rehearse -- --stop`,
  );
}

async function stopKept(): Promise<number> {
  const kept = await findKept(stateDir);
  if (!kept) return say("No local AWS is running that --keep left.");
  await kept.stop();
  return say(`The local AWS at ${kept.url} has ended; its containers are gone.`);
}

async function readTarget(): Promise<Target> {
  return JSON.parse(await readFile(targetFile, "utf8")) as Target;
}

function say(text: string): 0 {
  console.log(text);
  return 0;
}
