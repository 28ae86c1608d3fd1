import { seededRandom } from "../../infra/local/aws/index.js";
import type { DeployOracle } from "../oracle/deploy-oracle.js";
import { lifecycleStageOf } from "../oracle/lifecycle-stage.js";
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
  /** Responses of the test listener to the deployer. */
  testAnswers: PublicAnswer[];
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
    testAnswers: [],
    taskAnswers: [],
    since: () => time.now() - START,
    isOver: false,
  };
  return stage;
}

/** Schedules the interventions whose times count from this moment. */
export function schedule(stage: Simulation, from: NonNullable<Intervention["from"]>, step = 1): void {
  for (const intervention of stage.scenario.interventions ?? []) {
    if ((intervention.from ?? "update") !== from || (intervention.step ?? 1) !== step) continue;
    void stage.time.sleep(intervention.at).then(async () => {
      if (stage.isOver) return;
      const text = await tryIntervention(stage, intervention);
      stage.trace.push({ at: stage.since(), kind: "world", text });
    });
  }
}

/** Returns a function that schedules the interventions of each lifecycle stage when a service deployment first enters it. */
export function scheduleByStage(stage: Simulation): () => void {
  const entered = new Set<string>();
  return () => {
    const current = lifecycleStageOf(stage.aws.state);
    if (current === undefined || entered.has(`${current.name} ${current.step}`)) return;
    entered.add(`${current.name} ${current.step}`);
    schedule(stage, current.name, current.step);
  };
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
