import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { BadInput } from "./bad-input.js";
import { publishBrokenImage } from "./broken-image.js";
import { describeFailedStart } from "./failed-start.js";
import { defaultCheck, type LoadCheck, requestVersion, startLoad } from "./load.js";
import type { LocalAwsProcess } from "./local-aws.js";
import { type CallResult, localAwsFlags, type ModuleCaller } from "./module-call.js";
import { requireChecked, requireServedCheck, withoutPrefix } from "./progress.js";
import { readPublished } from "./published-image.js";
import { findCheck } from "./request-check.js";
import {
  connect,
  createPrerequisites,
  createService,
  type LocalClients,
  readSampleTarget,
  type SampleTarget,
  startService,
} from "./seed.js";
import { recordStep, type Step } from "./step-table.js";
import type { Strategy } from "./strategy.js";
import {
  describeShares,
  type MeasuredShare,
  measureShares,
  requireShares,
  SETTLING,
  type TrafficWatch,
  watchTraffic,
} from "./traffic-shift.js";
import type { UserFlags, UserService } from "./user-service.js";

const requestsPerSecond = 50;
/** Exit codes of the module: bad input, rolled back. */
const refused = 2;
const rolledBack = 3;

/** State that the steps share. */
export interface Rehearsal {
  aws: LocalAwsProcess;
  target: SampleTarget;
  host: string;
  clients: LocalClients;
  module: ModuleCaller;
  steps: Step[];
  signal: AbortSignal;
  /** Receives each line of progress. */
  log: (line: string) => void;
  /** User's service in place of the sample. */
  own?: UserService;
  flags: UserFlags;
  strategy: Strategy;
  /** Requests of the load; absent for a service without requests. */
  check?: LoadCheck;
}

const noFlags: UserFlags = { target: [], first: [], build: [], publish: [] };

/** Runs every step of a release, then one that must fail. @throws {Error} A step did not end as expected. */
export async function runSteps(stage: Rehearsal): Promise<void> {
  const { aws, flags, own } = stage;
  await runTests(stage);
  await startFirstVersion(stage);
  const before = [...localAwsFlags(aws), ...flags.target];
  const deploy = (version: string) => [...before, "deploy", "--version", version, "--allow-dirty"];
  await underLoad(
    stage,
    async () => {
      const sources = [...flags.build, ...flags.publish];
      const { stdout } = await step(stage, "deploy v1.1.0", [...deploy("v1.1.0"), ...sources]);
      if (stage.check?.version && (!own || own.target.url)) requireServedCheck("deploy v1.1.0", stdout);
    },
    "v1.1.0",
  );
  await step(stage, "status", [...before, "status"]);
  const tags = { good: "v1.1.0", broken: "v1.2.0" };
  await publishBrokenImage(stage.clients, stage.target, aws.url, tags, own?.entryPoints);
  const broken = [...deploy("v1.2.0"), "--published"];
  const { stdout: plan } = await step(stage, "plan v1.2.0", [...before, "plan", "--version", "v1.2.0", "--as-json"]);
  requireChecked(plan);
  await underLoad(stage, () => step(stage, "deploy v1.2.0, which can't start", broken, rolledBack, true));
}

/** Runs the tests. A user's service may have none; its release is then not tested, as in a deploy. */
async function runTests(stage: Rehearsal): Promise<void> {
  const { flags, own } = stage;
  const result = await step(stage, "test", [...flags.target, "test", ...flags.build], own ? [0, refused] : [0]);
  if (result.exitCode === 0) return;
  if (!/There are no tests to run/.test(result.stderr)) throw unexpected("test", result.exitCode, "0");
  const last = stage.steps.at(-1);
  if (last) last.outcome = "no tests";
}

async function startFirstVersion(stage: Rehearsal): Promise<void> {
  const { aws, clients, flags, own, signal, strategy, target } = stage;
  await createPrerequisites(clients, target, own?.logGroups);
  const publish = [...localAwsFlags(aws), ...flags.first, "publish", "--version", "v1.0.0", "--allow-dirty"];
  const published = await step(stage, "publish v1.0.0", [...publish, ...flags.build, ...flags.publish]);
  const release = { image: published.stdout.trim(), version: "v1.0.0" };
  const create = async () => {
    if (!own) return createService(clients, target, release.image, release.version, signal, strategy);
    const { config } = await readPublished(clients, aws.url, target.repository, release.version);
    const description = own.describe(config, release);
    await startService(clients.ecs, target, description, signal, strategy).catch((error) =>
      describeFailedStart(clients, target, own.logGroups, error),
    );
    if (description.balanced) stage.check = await findCheck(aws.url, stage.host, own.check, release.version);
    else delete stage.check;
  };
  await recordStep(stage.steps, "first version's service", create, () => "completed", stage.log);
}

/** Calls the module and prints its progress. @throws {Error} The exit code is not the expected one. */
async function step(
  stage: Rehearsal,
  name: string,
  args: string[],
  expected: number | number[] = 0,
  isLast = false,
): Promise<CallResult> {
  stage.signal.throwIfAborted();
  return await recordStep(
    stage.steps,
    name,
    async () => {
      const result = await stage.module.call(args, (line) => stage.log(`  │ ${withoutPrefix(line)}`), isLast);
      for (const line of result.stdout.trim().split("\n")) stage.log(`  │ ${line}`);
      stage.signal.throwIfAborted();
      if (![expected].flat().includes(result.exitCode))
        throw unexpected(name, result.exitCode, [expected].flat().join(" or "), stage.own !== undefined);
      return result;
    },
    () => (expected === rolledBack ? "rolled back, as expected" : "ok"),
    stage.log,
  );
}

function unexpected(name: string, exitCode: number, expected: string, own = true): Error {
  const message = `${name} ended with exit code ${exitCode}; expected ${expected}. Its output is above.`;
  return own && exitCode === refused ? new BadInput(message) : new Error(message);
}

/**
 * Sends requests to the public address while `work` runs, and adds their results to its step.
 *
 * @param version Version that `work` deploys, whose share of the requests is measured where the strategy divides them.
 */
async function underLoad(stage: Rehearsal, work: () => Promise<unknown>, version?: string): Promise<void> {
  if (!stage.check) return void (await work());
  const load = startLoad(stage.aws.url, stage.host, requestsPerSecond, stage.check);
  const watch =
    stage.strategy !== "rolling" && stage.check.version && version !== undefined
      ? watchShift(stage, version)
      : undefined;
  try {
    await work();
  } finally {
    const phases = await watch?.stop();
    const result = await load.stop();
    if (phases !== undefined && version !== undefined)
      reportShares(stage, measureShares(phases, result.answers, version), version);
    const last = stage.steps.at(-1);
    if (last) last.load = result;
    for (const failure of result.failures) stage.log(`  ! a request failed: ${failure}`);
  }
}

/** Watches a deployment's traffic, and requests the version from the test listener once that has moved. */
function watchShift(stage: Rehearsal, version: string): TrafficWatch {
  const { aws, check, clients, target } = stage;
  return watchTraffic(clients.ecs, target, async () => {
    const agent = new Agent();
    try {
      await delay(SETTLING);
      const served = await requestVersion(agent, aws.url, `test-${target.service}`, check);
      stage.log(`  │ the test listener answers ${served}`);
      if (served !== version) throw new Error(`The test listener answered ${served}; expected ${version}.`);
    } finally {
      agent.destroy();
    }
  });
}

/** Shows the measured shares, and adds them to the step. */
function reportShares(stage: Rehearsal, shares: MeasuredShare[], version: string): void {
  for (const line of describeShares(shares, version)) stage.log(`  │ ${line}`);
  const last = stage.steps.at(-1);
  if (last) last.shares = shares;
}

/** Requires that no request failed and that the expected versions were served. @throws {Error} Otherwise. */
export function requireServed(stage: Rehearsal): void {
  if (!stage.check) return;
  const [good, broken] = stage.steps.filter((it) => it.load).map((it) => it.load);
  const failed = (good?.failed ?? 0) + (broken?.failed ?? 0);
  if (failed > 0) {
    const advice = stage.own
      ? " To avoid this, a service finishes open requests after SIGTERM, and its health check passes only when it can serve."
      : "";
    throw new Error(
      `${failed} requests failed during the deploys; expected 0. See the lines marked with "!" above.${advice}`,
    );
  }
  if (!stage.check.version) return;
  requireShares(stage.steps.find((it) => it.load)?.shares ?? [], stage.strategy);
  if (!good?.versions.has("v1.1.0")) throw new Error("v1.1.0 was deployed but never served at the public address.");
  if (broken?.versions.size !== 1 || !broken.versions.has("v1.1.0")) {
    throw new Error("While v1.2.0 failed, versions other than v1.1.0 were served.");
  }
}

/** Reads the target and creates the clients. @param own User's service, with the flags that name it. */
export async function openRehearsal(
  aws: LocalAwsProcess,
  module: ModuleCaller,
  steps: Step[],
  signal: AbortSignal,
  own?: { service: UserService; flags: UserFlags },
  log: (line: string) => void = console.log,
  strategy: Strategy = "rolling",
): Promise<Rehearsal> {
  const target = own ? own.service.target : await readSampleTarget();
  const host = target.url ? new URL(target.url).host : `${target.service}.localhost`;
  const clients = await connect(aws, target);
  const common = { aws, host, clients, module, steps, signal, strategy, check: defaultCheck, log };
  if (own) return { ...common, target: target as SampleTarget, own: own.service, flags: own.flags };
  return { ...common, target: target as SampleTarget, flags: noFlags };
}
