import type { Clock } from "../../ci/src/clock.js";
import type { Report } from "../../ci/src/report/report.js";
import { parseAsked } from "../../ci/src/rollout/plan/asked.js";
import { type RollOutOptions, rollOut } from "../../ci/src/rollout/roll-out.js";
import { directAws } from "./direct.js";
import { releaseOf } from "./local-aws.js";
import { digestOf, imageOf, publicUrl, target } from "./names.js";
import { type DeployerProcess, startProcess } from "./process.js";
import { answerPublic } from "./public.js";
import type { Kill } from "./scenario.js";
import { sdkAws } from "./sdk.js";
import type { Stage } from "./stage.js";

/** One start of the deployer. Times are milliseconds since the world's beginning. */
export interface Run {
  startedAt: number;
  endedAt: number;
  /** How it ended: with a report, with an error, or killed. */
  report?: Report;
  error?: { name: string; code?: string; message: string };
  killed: boolean;
  /** When ECS last answered what it asked of the service, its deployments or its tasks. */
  lookedAt: number;
  /** Requests to AWS, retries included. */
  calls: number;
}

/** Starts the deployer and lets time pass until it ends or is killed. */
export async function runDeployer(stage: Stage, number: number, kill: Kill | undefined): Promise<Run> {
  const startedAt = stage.since();
  const process = startProcess(stage, number, kill);
  const ended = rollOut(optionsOf(stage, process, number)).then(
    (report) => ({ report }),
    (error: Error & { code?: string }) => ({ error: shown(error) }),
  );
  const killed = process.killed.then(() => ({ killed: true }));
  const how = await stage.time.run(Promise.race([ended, killed]));
  return {
    startedAt,
    endedAt: stage.since(),
    killed: false,
    lookedAt: process.lookedAt(),
    calls: process.calls(),
    ...how,
  };
}

function optionsOf(stage: Stage, process: DeployerProcess, run: number): RollOutOptions {
  const { scenario, random } = stage;
  const { runId, timeoutMs, http, more, earlyStop, onTimeout, undo, ...asked } = scenario.deployer ?? {};
  const version = releaseOf(scenario);
  return {
    aws: stage.way === "sdk" ? sdkAws(stage.aws, process) : directAws(stage.aws, process, random),
    target,
    clock: clockOf(stage, process),
    release: { version, image: imageOf(version), digest: digestOf(version) },
    asked: parseAsked(asked),
    progress: (text) => stage.trace.push({ at: stage.since(), kind: "line", run, text }),
    async ask() {
      await process.sleep(Math.round(20 + 20 * random()));
      return answerPublic(stage);
    },
    ...(http && { http: { baseUrl: publicUrl } }),
    ...(runId !== undefined && { runId }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    permitted: { ...(earlyStop !== undefined && { earlyStop }), ...(onTimeout && { onTimeout }) },
    ...(undo !== undefined && { undo }),
    ...more,
  };
}

/** The deployer's own clock may be wrong; how long it waits is right all the same. */
function clockOf({ scenario, time }: Stage, process: DeployerProcess): Clock {
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

function shown({ name, code, message }: Error & { code?: string }): NonNullable<Run["error"]> {
  return { name, ...(code !== undefined && { code }), message };
}
