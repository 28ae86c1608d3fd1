import { createDeployOracle, type DeployOracle, type ListLags } from "../oracle/deploy-oracle.js";
import { concurrentDeployer } from "../scenario/fixture.js";
import type { Scenario } from "../scenario/scenario.js";
import { releaseOf } from "../scenario/versions.js";
import { runDeployer } from "./deployer-run.js";
import type { Outcome } from "./outcome.js";
import { createSimulation, type Simulation } from "./simulation.js";

/** Our second deploy at the same time: a separate caller with its own oracle. */
export interface ConcurrentDeploy {
  oracle: DeployOracle;
  outcome: Promise<NonNullable<Outcome["concurrent"]>>;
}

/** The number of its run differs from those of the first deploy. */
const number = 101;

export function startConcurrentDeploy(
  stage: Simulation,
  seed: number,
  { at, version, runId }: NonNullable<Scenario["concurrent"]>,
  lags: ListLags,
): ConcurrentDeploy {
  const { kills: _kills, again: _again, concurrent: _concurrent, ...rest } = stage.scenario;
  const { runId: _runId, ...deployer } = rest.deployer ?? {};
  const { others = {} } = rest;
  const scenario: Scenario = {
    ...rest,
    deployer: { ...deployer, ...(runId !== undefined && { runId }) },
    ...(version !== undefined && { release: { ...others[version], version } }),
  };
  const aws = {
    ...stage.aws,
    credentials: concurrentDeployer,
    call: (service: string, operation: string, input = {}) =>
      stage.aws.call(service, operation, input, concurrentDeployer),
  };
  const history = createDeployOracle(stage.aws.state, stage.time.now, releaseOf(scenario), lags);
  const own = { ...createSimulation(scenario, seed + 1, { ...stage, aws, oracle: history }), trace: stage.trace };
  const outcome = stage.time.sleep(at).then(async () => {
    const run = await runDeployer(own, number, undefined);
    const { answers, testAnswers, taskAnswers } = own;
    return {
      scenario,
      runs: [run] as Outcome["runs"],
      ...(run.report && { report: run.report }),
      oracle: history.record,
      answers,
      testAnswers,
      taskAnswers,
    };
  });
  return { oracle: history, outcome };
}
