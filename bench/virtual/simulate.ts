import type { Session } from "../../ci/lib/rollout/session.js";
import { awsTiming, type FaultRule } from "../../infra/local/aws/index.js";
import { createDeployOracle, type DeployOracle } from "../oracle/deploy-oracle.js";
import { serviceFactsOf } from "../oracle/service-facts.js";
import { createService } from "../scenario/create-service.js";
import type { Scenario } from "../scenario/scenario.js";
import { releaseOf, requestedVersion } from "../scenario/versions.js";
import { type ConcurrentDeploy, startConcurrentDeploy } from "./concurrent-deploy.js";
import { startProcess } from "./deployer-process.js";
import { runDeployer, sessionOf } from "./deployer-run.js";
import type { DeployerRun, Outcome } from "./outcome.js";
import { warmUpSdk } from "./sdk-aws.js";
import { createSimulation, type Simulation, schedule, scheduleByStage } from "./simulation.js";
import { createVirtualAws, isAtRest, type VirtualAws } from "./virtual-aws.js";
import { createVirtualTime, START, type VirtualTime } from "./virtual-time.js";

export interface SimulateOptions {
  /** Transport of the deployer's calls: its port to AWS in process (the default, fast) or the published SDK. */
  way?: "direct" | "sdk";
  /** Reads the service as the deployer does, after its last run. */
  visit?: (session: Session) => Promise<void>;
}

const HOUR = 3_600_000;

/**
 * Simulates a scenario to its end in virtual time, in this process, without sockets or sleeps.
 * @param seed Seed of all random choices: ids, durations of calls.
 */
export async function simulate(
  scenario: Scenario,
  seed: number,
  { way = "direct", visit }: SimulateOptions = {},
): Promise<Outcome> {
  // Modules that load at their first use take real time, which a virtual clock does not see.
  if (way === "sdk") await warmUpSdk();
  const time = createVirtualTime(way === "sdk" ? "process" : "direct", seed);
  try {
    return await playIn(time, scenario, seed, { way, ...(visit && { visit }) });
  } finally {
    time.end();
  }
}

async function playIn(
  time: VirtualTime,
  scenario: Scenario,
  seed: number,
  { way, visit }: SimulateOptions & { way: "direct" | "sdk" },
): Promise<Outcome> {
  let history: DeployOracle | undefined;
  let second: ConcurrentDeploy | undefined;
  let stage: Simulation | undefined;
  let enterStage: (() => void) | undefined;
  const aws = await createVirtualAws(scenario, seed, time, {
    changed() {
      history?.note();
      second?.oracle.note();
      enterStage?.();
    },
    done(call) {
      const isFirst = call.operation === "UpdateService" && history?.record.updates.length === 0;
      history?.noteCall(call);
      if (stage && isFirst) schedule(stage, "update");
    },
    doneConcurrently: (call) => second?.oracle.noteCall(call),
  });
  await createService(scenario, aws.environment);
  time.pass(() => false, 60_000);
  aws.taskScripts.begin();
  aws.deny.push(...(scenario.aws?.deny ?? []));
  aws.faults.replace(faultsIn(scenario, aws));
  const faultsSince = time.now() - START;
  const lags = { ...awsTiming, ...scenario.aws?.timing };
  const isBack = scenario.deployer?.verb === "rollback";
  const version = isBack ? (requestedVersion(scenario) ?? serviceFactsOf(aws.state).goal ?? "") : releaseOf(scenario);
  history = createDeployOracle(aws.state, time.now, version, lags);
  stage = createSimulation(scenario, seed, { aws, time, oracle: history, way });
  if (scenario.interventions?.some(({ from = "update" }) => from !== "update" && from !== "start"))
    enterStage = scheduleByStage(stage);
  if (scenario.concurrent) second = startConcurrentDeploy(stage, seed, scenario.concurrent, lags);
  const runs = await runUntilItEnds(stage);
  if (visit) await time.run(visit(sessionOf(stage, startProcess(stage, runs.length + 1))));
  const concurrent = second && (await time.run(second.outcome));
  stage.isOver = true;
  time.pass(() => isAtRest(aws.state), 2 * HOUR);
  const report = runs.at(-1)?.report;
  return {
    runs,
    ...(report && { report }),
    ...(concurrent && { concurrent }),
    oracle: history.record,
    service: history.service,
    calls: stage.calls,
    trace: stage.trace,
    answers: stage.answers,
    misread: aws.faults.injected.flatMap(({ kind, at }) => (misleading.has(kind) ? [faultsSince + at] : [])),
    hooks: countHooks(aws),
    taskAnswers: stage.taskAnswers,
    ...(stage.testAnswers.length > 0 && { testAnswers: stage.testAnswers }),
    serves: serving(aws),
  };
}

const misleading = new Set(["stale", "changed"]);

/** Only the deployer's calls fail, unless a rule names another user. */
function faultsIn({ aws = {} }: Scenario, { credentials }: VirtualAws): FaultRule[] {
  return (aws.faults ?? []).map((rule) => ({ accessKeyId: credentials.accessKeyId, ...rule }));
}

async function runUntilItEnds(stage: Simulation): Promise<[DeployerRun, ...DeployerRun[]]> {
  schedule(stage, "start");
  const { kills = [], again = [] } = stage.scenario;
  const pauses = [...again];
  const runs: DeployerRun[] = [];
  for (;;) {
    const kill = kills[runs.length];
    const run = await stage.time.run(runDeployer(stage, runs.length + 1, kill));
    runs.push(run);
    const isCutOff = kill !== undefined && !run.report;
    const pause = isCutOff ? (kill.pause ?? 0) : pauses.shift();
    if (pause === undefined) return runs as [DeployerRun, ...DeployerRun[]];
    await stage.time.run(stage.time.sleep(pause));
  }
}

function countHooks({ state }: VirtualAws): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of Object.values(state.serviceDeployments).flatMap(({ hooks = [] }) => hooks))
    counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function serving({ state, taskScripts }: VirtualAws): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const task of Object.values(state.tasks)) {
    if (task.serviceArn === undefined || task.lastStatus !== "RUNNING" || task.desiredStatus !== "RUNNING") continue;
    const { version = "" } = taskScripts.scriptOf(task.arn) ?? {};
    counts[version] = (counts[version] ?? 0) + 1;
  }
  return counts;
}
