import { seededRandom } from "../../infra/local/aws/index.js";
import type { DeployOracle } from "../oracle/deploy-oracle.js";
import { intervene } from "../scenario/interventions.js";
import type { Intervention, Scenario } from "../scenario/scenario.js";
import type { PublicAnswer, TraceEntry } from "./outcome.js";
import type { VirtualAws } from "./virtual-aws.js";
import { START, type VirtualTime } from "./virtual-time.js";

/** Shared state of all runs of one scenario. */
export interface Simulation {
  scenario: Scenario;
  aws: VirtualAws;
  time: VirtualTime;
  oracle: DeployOracle;
  way: "direct" | "sdk";
  /** Random number from 0 to below 1, for the simulation's own choices; ECS has its own. */
  random: () => number;
  /** Number of requests so far, by operation. */
  calls: Record<string, number>;
  trace: TraceEntry[];
  /** Number of the deployer's requests to the public URL. */
  requests: number;
  /** Responses of the public URL to the deployer. */
  answers: PublicAnswer[];
  /** Responses of single tasks at their own addresses. */
  taskAnswers: PublicAnswer[];
  /** Milliseconds since the start of the simulation. */
  since: () => number;
  /** True when the deployer has ended for good and no more interventions follow. */
  isOver: boolean;
}

export function createSimulation(
  scenario: Scenario,
  seed: number,
  { aws, time, oracle: history, way }: Pick<Simulation, "aws" | "time" | "oracle" | "way">,
): Simulation {
  // A random stream separate from that of ECS's ids, so that neither changes the other.
  const { next } = seededRandom(seed ^ 0x5eed);
  const stage: Simulation = {
    scenario,
    aws,
    time,
    oracle: history,
    way,
    random: next,
    calls: {},
    trace: [],
    requests: 0,
    answers: [],
    taskAnswers: [],
    since: () => time.now() - START,
    isOver: false,
  };
  return stage;
}

/** Schedules the interventions whose times count from this moment. */
export function schedule(stage: Simulation, from: "start" | "update"): void {
  for (const intervention of stage.scenario.interventions ?? []) {
    if ((intervention.from ?? "update") !== from) continue;
    void stage.time.sleep(intervention.at).then(async () => {
      if (stage.isOver) return;
      const text = await tryIntervention(stage, intervention);
      stage.trace.push({ at: stage.since(), kind: "world", text });
    });
  }
}

/** Carries out the intervention and describes its result: AWS may refuse it. */
async function tryIntervention({ scenario, aws, oracle }: Simulation, intervention: Intervention): Promise<string> {
  try {
    const text = await intervene(aws.environment, scenario, intervention);
    if (intervention.do === "stop") oracle.noteStop("operator");
    return text;
  } catch (error) {
    return `${intervention.do} was refused: ${(error as Error).message}`;
  }
}
