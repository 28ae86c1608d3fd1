import { loadOthers } from "../../ci/lib/rollout/prune/find-unused.js";
import type { Report } from "../../ci/lib/rollout/result.js";
import { awsTiming, type FaultRule } from "../../infra/local/aws/index.js";
import { type Circumstances, type CircumstancesKept, keepCircumstances } from "./circumstances.js";
import { type History, keepHistory, type Truth } from "./history.js";
import { createLocalAws, type LocalAws } from "./local-aws.js";
import { type Rival, startRival } from "./rival.js";
import { type Run, runDeployer } from "./run.js";
import type { Scenario } from "./scenario.js";
import { warmUpSdk } from "./sdk.js";
import { isAtRest, setUp } from "./service.js";
import { createStage, type PublicAnswer, type Stage, schedule } from "./stage.js";
import { createTime, START, type Time } from "./time.js";
import type { TraceEntry } from "./trace.js";
import { askedFor, releaseOf } from "./versions.js";

export interface PlayOptions {
  /** Whether the deployer reaches AWS through its port (the default, fast) or through the published SDK. */
  way?: "direct" | "sdk";
}

/** What became of a scenario. The same scenario and seed give the same outcome, byte for byte as JSON. */
export interface Outcome {
  runs: [Run, ...Run[]];
  /** The last run's. */
  report?: Report;
  truth: Truth;
  circumstances: Circumstances;
  /** The deployer's requests to AWS in all runs, by operation. */
  calls: Record<string, number>;
  trace: TraceEntry[];
  /** What the public URL answered to the deployer, in order. */
  answers: PublicAnswer[];
  /** When it got answers that a fault had made stale or changed. */
  misread: number[];
  /** What became of our second deploy, where there was one. */
  rival?: Pick<Outcome, "runs" | "report" | "truth" | "answers" | "taskAnswers"> & { scenario: Scenario };
  /** How many lifecycle hooks have ended how, or wait, in all deployments. */
  hooks: Record<string, number>;
  /** What single tasks answered to it. */
  taskAnswers: PublicAnswer[];
  /** What serves when all has come to rest: how many tasks run of each version. */
  serves: Record<string, number>;
}

const HOUR = 3_600_000;

/**
 * Plays a scenario to its end in virtual time, in this process: no socket is opened and nothing is slept for.
 * @param seed Of all that is left to chance: ids, durations of calls.
 */
export async function play(scenario: Scenario, seed: number, { way = "direct" }: PlayOptions = {}): Promise<Outcome> {
  // What is loaded at its first use takes real time, of which a virtual clock knows nothing.
  await loadOthers();
  if (way === "sdk") await warmUpSdk();
  const time = createTime(way === "sdk" ? "process" : "direct", seed);
  try {
    return await playIn(time, scenario, seed, way);
  } finally {
    time.end();
  }
}

async function playIn(time: Time, scenario: Scenario, seed: number, way: "direct" | "sdk"): Promise<Outcome> {
  let history: History | undefined;
  let second: Rival | undefined;
  let kept: CircumstancesKept | undefined;
  let stage: Stage | undefined;
  const aws = await createLocalAws(scenario, seed, time, {
    changed() {
      history?.note();
      second?.history.note();
      kept?.note();
    },
    done(call) {
      const isFirst = call.operation === "UpdateService" && history?.truth.updates.length === 0;
      history?.noteCall(call);
      kept?.noteCall(call);
      if (stage && isFirst) schedule(stage, "update");
    },
    doneByRival: (call) => second?.history.noteCall(call),
  });
  await setUp(scenario, aws, time);
  aws.casting.begin();
  aws.deny.push(...(scenario.aws?.deny ?? []));
  aws.faults.replace(faultsIn(scenario, aws));
  const faultsSince = time.now() - START;
  const listLag = scenario.aws?.timing?.listLag ?? awsTiming.listLag;
  kept = keepCircumstances(aws.state, () => time.now() - START);
  const { circumstances } = kept;
  const isBack = scenario.deployer?.verb === "rollback";
  const version = isBack ? (askedFor(scenario) ?? circumstances.times[0].goal ?? "") : releaseOf(scenario);
  history = keepHistory(aws.state, time.now, version, listLag);
  stage = createStage(scenario, seed, { aws, time, history, way });
  if (scenario.rival) second = startRival(stage, seed, scenario.rival, listLag);
  const runs = await runUntilItEnds(stage);
  const rival = second && (await time.run(second.outcome));
  stage.isOver = true;
  time.pass(() => isAtRest(aws), 2 * HOUR);
  const report = runs.at(-1)?.report;
  return {
    runs,
    ...(report && { report }),
    ...(rival && { rival }),
    truth: history.truth,
    circumstances,
    calls: stage.calls,
    trace: stage.trace,
    answers: stage.answers,
    misread: aws.faults.befallen.flatMap(({ kind, at }) => (misleading.has(kind) ? [faultsSince + at] : [])),
    hooks: countHooks(aws),
    taskAnswers: stage.taskAnswers,
    serves: serving(aws),
  };
}

const misleading = new Set(["stale", "changed"]);

/** Only the deployer's calls go wrong, unless a rule names somebody else. */
function faultsIn({ aws = {} }: Scenario, { credentials }: LocalAws): FaultRule[] {
  return (aws.faults ?? []).map((rule) => ({ accessKeyId: credentials.accessKeyId, ...rule }));
}

async function runUntilItEnds(stage: Stage): Promise<[Run, ...Run[]]> {
  schedule(stage, "start");
  const { kills = [], again = [] } = stage.scenario;
  const pauses = [...again];
  const runs: Run[] = [];
  for (;;) {
    const kill = kills[runs.length];
    const run = await stage.time.run(runDeployer(stage, runs.length + 1, kill));
    runs.push(run);
    const isCutOff = kill !== undefined && !run.report;
    const pause = isCutOff ? (kill.pause ?? 0) : pauses.shift();
    if (pause === undefined) return runs as [Run, ...Run[]];
    await stage.time.run(stage.time.sleep(pause));
  }
}

function countHooks({ state }: LocalAws): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of Object.values(state.serviceDeployments).flatMap(({ hooks = [] }) => hooks))
    counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function serving({ state, casting }: LocalAws): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const task of Object.values(state.tasks)) {
    if (task.serviceArn === undefined || task.lastStatus !== "RUNNING" || task.desiredStatus !== "RUNNING") continue;
    const { version = "" } = casting.roleOf(task.arn) ?? {};
    counts[version] = (counts[version] ?? 0) + 1;
  }
  return counts;
}
