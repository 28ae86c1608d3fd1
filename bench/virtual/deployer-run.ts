import type { Clock } from "../../ci/lib/common/clock.js";
import { parseDeploySettings } from "../../ci/lib/rollout/plan/deploy-settings.js";
import type { RolloutResult } from "../../ci/lib/rollout/result.js";
import { run } from "../../ci/lib/rollout/run.js";
import type { RunOptions } from "../../ci/lib/rollout/run-options.js";
import { runRollback } from "../../ci/lib/rollout/run-rollback.js";
import type { Session } from "../../ci/lib/rollout/session.js";
import type { CompleteTarget } from "../scenario/complete-target.js";
import { publicUrl, target, testUrl } from "../scenario/fixture.js";
import type { Kill, Scenario } from "../scenario/scenario.js";
import { releaseOf } from "../scenario/versions.js";
import { type DeployerProcess, startProcess } from "./deployer-process.js";
import { directAws } from "./direct-aws.js";
import type { DeployerRun } from "./outcome.js";
import { answerOfTask, answerPublic, answerTest } from "./public-url.js";
import { sdkAws } from "./sdk-aws.js";
import type { Simulation } from "./simulation.js";
import { START } from "./virtual-time.js";

/** Starts the deployer; resolves when it has ended or is killed. The caller lets time pass. */
export async function runDeployer(stage: Simulation, number: number, kill: Kill | undefined): Promise<DeployerRun> {
  const startedAt = stage.since();
  const process = startProcess(stage, number, kill);
  const noted: Noted = {};
  const ended = start(stage, process, number, noted).then(
    (report) => ({ report }),
    (error: Failure) => ({ error: shown(error) }),
  );
  const killed = process.killed.then(() => ({ killed: true }));
  const how: Partial<DeployerRun> = await Promise.race([ended, killed]);
  const skew = stage.scenario.aws?.clockSkew ?? 0;
  return {
    startedAt,
    endedAt: stage.since(),
    killed: false,
    // Calls after the verdict (a one-off task, old revisions) are no poll of the rollout.
    lastPollAt: process.lastPollAt(how.report ? how.report.endedAt - skew - START : stage.since()),
    ...noted,
    calls: process.calls(),
    ...how,
  };
}

/** Taken from the progress events of a run: the requests during the rollout are the same as those of the verification. */
type Noted = Pick<DeployerRun, "verifiedAt">;

/** Asynchronous throughout: a refusal of the options is an ending as any other. */
async function start(
  stage: Simulation,
  process: DeployerProcess,
  number: number,
  noted: Noted,
): Promise<RolloutResult> {
  const { deployer = {} } = stage.scenario;
  const options = optionsOf(stage, process, number, noted);
  if (deployer.verb !== "rollback") return await run(options);
  const { release: _, runId: __, ...rest } = options;
  return await runRollback({ ...rest, ...(deployer.to !== undefined && { to: deployer.to }) });
}

function optionsOf(stage: Simulation, process: DeployerProcess, run: number, noted: Noted): RunOptions {
  const { scenario, random } = stage;
  const {
    runId,
    timeoutMs,
    http,
    url: _url,
    more,
    gates,
    earlyStop,
    onTimeout,
    undo,
    ...rest
  } = scenario.deployer ?? {};
  const { verb: _verb, to: _to, before: _before, after: _after, verifyTasks: _tasks, ...settings } = rest;
  const { manifest: _manifest, ...release } = stage.aws.imageOf(releaseOf(scenario));
  return {
    ...sessionOf(stage, process),
    release,
    settings: parseDeploySettings(settings),
    progress(text, event) {
      if (event?.type === "verification") noted.verifiedAt = stage.since();
      stage.trace.push({ at: stage.since(), kind: "line", run, text });
    },
    async ask({ url }) {
      await process.sleep(Math.round(20 + 20 * random()));
      if (url.href.startsWith(publicUrl)) return await answerPublic(stage, process.sleep);
      return url.href.startsWith(testUrl) ? await answerTest(stage, process.sleep) : answerOfTask(stage, url.hostname);
    },
    ...(http && { http: { baseUrl: publicUrl } }),
    ...(gates && { gates: { url: { baseUrl: publicUrl }, testUrl: { baseUrl: testUrl } } }),
    ...(runId !== undefined && { runId }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    permitted: { ...(earlyStop !== undefined && { earlyStop }), ...(onTimeout && { onTimeout }) },
    ...(undo !== undefined && { undo }),
    ...more,
  };
}

/** Returns the clients, the target and the clock of a deployer's process. */
export function sessionOf(stage: Simulation, process: DeployerProcess): Session {
  return {
    aws: stage.way === "sdk" ? sdkAws(stage.aws, process) : directAws(stage.aws, process, stage.random),
    target: targetOf(stage.scenario),
    clock: clockOf(stage, process),
    progress() {},
  };
}

function targetOf({ deployer = {} }: Scenario): CompleteTarget {
  const { before, after, verifyTasks, gates } = deployer;
  return {
    ...target,
    ...(gates && { gates: gates as NonNullable<CompleteTarget["gates"]> }),
    ...(verifyTasks && { verifyTasks }),
    ...(before && { before: { command: ["before"], timeoutSeconds: 300 } }),
    ...(after && { after: { command: ["after"], timeoutSeconds: 300 } }),
  };
}

/** The deployer's own clock may be wrong; its waiting times are right all the same. */
function clockOf({ scenario, time }: Simulation, process: DeployerProcess): Clock {
  const skew = scenario.aws?.clockSkew ?? 0;
  return {
    now: () => time.now() + skew,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      await process.sleep(ms);
      signal?.throwIfAborted();
    },
  };
}

type Failure = Error & { code?: string; findings?: readonly string[] };

function shown({ name, code, message, findings }: Failure): NonNullable<DeployerRun["error"]> {
  return { name, ...(code !== undefined && { code }), message, ...(findings && { findings }) };
}
