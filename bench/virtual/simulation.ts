import { seededRandom } from "../../infra/local/aws/index.js";
import type { DeployOracle } from "../oracle/deploy-oracle.js";
import type { Scenario } from "../scenario/scenario.js";
import type { TraceEntry } from "./trace.js";
import type { VirtualAws } from "./virtual-aws.js";
import { intervene } from "./virtual-interventions.js";
import { START, type VirtualTime } from "./virtual-time.js";

/** An answer of the public URL, by the world's own knowledge of which task gave it. */
export interface PublicAnswer {
  at: number;
  status: number;
  /** Version in the app's response; absent in errors and in responses of others. */
  version?: string;
  /** Responder, where it was not the service. */
  by?: "other" | "cache";
}

/** All that the runs of one scenario have in common. */
export interface Simulation {
  scenario: Scenario;
  aws: VirtualAws;
  time: VirtualTime;
  oracle: DeployOracle;
  way: "direct" | "sdk";
  /** At least 0, below 1: for what is the world's chance, not AWS's own. */
  random: () => number;
  /** Requests by operation, so far. */
  calls: Record<string, number>;
  trace: TraceEntry[];
  /** Requests of the deployer to the public URL. */
  requests: number;
  /** Responses of the public URL to the deployer. */
  answers: PublicAnswer[];
  /** Responses of single tasks at their own addresses. */
  taskAnswers: PublicAnswer[];
  /** Milliseconds since the start of the simulation. */
  since: () => number;
  /** Nothing more is done to the world: the deployer has ended for good. */
  isOver: boolean;
}

export function createSimulation(
  scenario: Scenario,
  seed: number,
  { aws, time, oracle: history, way }: Pick<Simulation, "aws" | "time" | "oracle" | "way">,
): Simulation {
  // Another stream than that of ECS's ids, so that the one does not change with the other.
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

/** Sets off the interventions that count from this moment on. */
export function schedule(stage: Simulation, from: "start" | "update"): void {
  const { scenario, aws, oracle: history } = stage;
  const reach = { scenario, aws, noteStop: () => history.noteStop("operator") };
  for (const intervention of scenario.interventions ?? []) {
    if ((intervention.from ?? "update") !== from) continue;
    void stage.time.sleep(intervention.at).then(async () => {
      if (stage.isOver) return;
      const text = await intervene(reach, intervention);
      stage.trace.push({ at: stage.since(), kind: "world", text });
    });
  }
}
