import fc from "fast-check";
import { type Outcome, play } from "../world/play.js";
import type { Scenario } from "../world/scenario.js";
import { faultsOf } from "./check.js";
import { scenarios } from "./generate.js";

/** What came of one seed. */
export interface Played {
  seed: number;
  scenario: Scenario;
  way: "direct" | "sdk";
  /** Absent when it could not even be played. */
  outcome?: Outcome;
  faults: string[];
}

export const sdkEvery = 100;

/** Every hundredth goes through the SDK. */
export function wayOf(seed: number): "direct" | "sdk" {
  return seed % sdkEvery === 0 ? "sdk" : "direct";
}

export function scenarioOf(seed: number): Scenario {
  const [scenario] = fc.sample(scenarios, { seed, numRuns: 1 });
  return scenario as Scenario;
}

export async function playSeed(seed: number, way = wayOf(seed)): Promise<Played> {
  return playScenario(scenarioOf(seed), seed, way);
}

export async function playScenario(scenario: Scenario, seed: number, way: "direct" | "sdk"): Promise<Played> {
  try {
    const outcome = await play(scenario, seed, { way });
    return { seed, scenario, way, outcome, faults: faultsOf(scenario, outcome) };
  } catch (error) {
    return { seed, scenario, way, faults: [`could not be played: ${(error as Error).stack}`] };
  }
}

/** The smallest scenario found that still shows a fault, within `limit` milliseconds of real time. */
export async function shrink(seed: number, way: "direct" | "sdk", limit: number): Promise<Scenario> {
  let smallest = scenarioOf(seed);
  const property = fc.asyncProperty(scenarios, async (scenario) => {
    const { faults } = await playScenario(scenario, seed, way);
    if (faults.length > 0) smallest = scenario;
    return faults.length === 0;
  });
  await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: limit });
  return smallest;
}
