import { type History, keepHistory } from "./history.js";
import { rival } from "./names.js";
import type { Outcome } from "./play.js";
import { runDeployer } from "./run.js";
import type { Scenario } from "./scenario.js";
import { createStage, type Stage } from "./stage.js";
import { releaseOf } from "./versions.js";

/** Our second deploy at the same time: a caller of its own, with a truth of its own. */
export interface Rival {
  history: History;
  outcome: Promise<NonNullable<Outcome["rival"]>>;
}

/** Its run has a number that no run of the first one has. */
const number = 101;

export function startRival(
  stage: Stage,
  seed: number,
  { at, version, runId }: NonNullable<Scenario["rival"]>,
  listLag: number,
): Rival {
  const { kills: _kills, again: _again, rival: _rival, ...rest } = stage.scenario;
  const { runId: _runId, ...deployer } = rest.deployer ?? {};
  const { others = {} } = rest;
  const scenario: Scenario = {
    ...rest,
    deployer: { ...deployer, ...(runId !== undefined && { runId }) },
    ...(version !== undefined && { release: { ...others[version], version } }),
  };
  const aws = {
    ...stage.aws,
    credentials: rival,
    call: (service: string, operation: string, input = {}) => stage.aws.call(service, operation, input, rival),
  };
  const history = keepHistory(stage.aws.state, stage.time.now, releaseOf(scenario), listLag);
  const own = { ...createStage(scenario, seed + 1, { ...stage, aws, history }), trace: stage.trace };
  const outcome = stage.time.sleep(at).then(async () => {
    const run = await runDeployer(own, number, undefined);
    const { answers, taskAnswers } = own;
    return {
      scenario,
      runs: [run] as Outcome["runs"],
      ...(run.report && { report: run.report }),
      truth: history.truth,
      answers,
      taskAnswers,
    };
  });
  return { history, outcome };
}
