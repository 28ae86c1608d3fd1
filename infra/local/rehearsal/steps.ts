import { readFile } from "node:fs/promises";
import { publishBrokenImage } from "./broken-image.js";
import { startLoad } from "./load.js";
import type { LocalAws } from "./local-aws.js";
import { at, type CallResult, type ModuleCaller } from "./module-call.js";
import { requireChecked, requireServedCheck, withoutPrefix } from "./progress.js";
import { type Clients, connect, createService, createSurroundings, type Target } from "./seed.js";
import { type Step, timed } from "./step.js";

const targetFile = new URL("../../targets/production.json", import.meta.url);
const requestsPerSecond = 50;
/** The module's exit code for a rollout that was rolled back. */
const rolledBack = 3;

/** What the steps play on. */
export interface Stage {
  aws: LocalAws;
  target: Target;
  host: string;
  clients: Clients;
  module: ModuleCaller;
  steps: Step[];
  signal: AbortSignal;
}

/** Every step of a release as a team would take it, then one that must fail. @throws Error at the first that does not end as it should. */
export async function playTheSteps(stage: Stage): Promise<void> {
  await step(stage, "test", ["test"]);
  await bringUpTheFirstVersion(stage);
  const deploy = (version: string) => [...at(stage.aws), "deploy", "--version", version, "--allow-dirty"];
  await underLoad(stage, async () => {
    const { stdout } = await step(stage, "deploy v1.1.0", deploy("v1.1.0"));
    requireServedCheck("deploy v1.1.0", stdout);
  });
  await step(stage, "status", [...at(stage.aws), "status"]);
  await publishBrokenImage(stage.clients, stage.target, stage.aws.url, { good: "v1.1.0", broken: "v1.2.0" });
  const broken = [...deploy("v1.2.0"), "--published"];
  const { stdout: plan } = await step(stage, "plan v1.2.0", [
    ...at(stage.aws),
    "plan",
    "--version",
    "v1.2.0",
    "--as-json",
  ]);
  requireChecked(plan);
  await underLoad(stage, () => step(stage, "deploy v1.2.0, which can't start", broken, rolledBack));
  requireServed(stage);
}

async function bringUpTheFirstVersion(stage: Stage): Promise<void> {
  await createSurroundings(stage.clients, stage.target);
  const publish = [...at(stage.aws), "publish", "--version", "v1.0.0", "--allow-dirty"];
  const published = await step(stage, "publish v1.0.0", publish);
  await timed(
    stage.steps,
    "first version's service",
    () => createService(stage.clients, stage.target, published.stdout.trim(), "v1.0.0", stage.signal),
    () => "completed",
  );
}

/** One call of the module, its progress shown as it comes. @throws Error when it does not end as it should. */
async function step(stage: Stage, name: string, args: string[], expected = 0): Promise<CallResult> {
  stage.signal.throwIfAborted();
  return await timed(
    stage.steps,
    name,
    async () => {
      const result = await stage.module.call(args, (line) => console.log(`  │ ${withoutPrefix(line)}`));
      for (const line of result.stdout.trim().split("\n")) console.log(`  │ ${line}`);
      stage.signal.throwIfAborted();
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
    for (const failure of result.failures) console.log(`  ! a request failed: ${failure}`);
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

/** Reads the target and makes the clients. */
export async function prepare(aws: LocalAws, module: ModuleCaller, steps: Step[], signal: AbortSignal): Promise<Stage> {
  const target = JSON.parse(await readFile(targetFile, "utf8")) as Target;
  const host = target.url ? new URL(target.url).host : `${target.service}.localhost`;
  return { aws, target, host, clients: await connect(aws, target), module, steps, signal };
}
