import fc from "fast-check";
import type { Scenario } from "../scenario/scenario.js";
import type { Outcome } from "../virtual/outcome.js";
import { simulate } from "../virtual/simulate.js";
import { checkOutcome } from "./check-outcome.js";
import { scenarios } from "./generate.js";

/** Result of one seed. */
export interface SimulatedSeed {
  seed: number;
  scenario: Scenario;
  way: "direct" | "sdk";
  /** Absent when the simulation itself failed. */
  outcome?: Outcome;
  faults: string[];
}

const sdkEvery = 100;

/** Every hundredth seed goes through the SDK. */
export function wayOf(seed: number): "direct" | "sdk" {
  return seed % sdkEvery === 0 ? "sdk" : "direct";
}

export function scenarioOf(seed: number): Scenario {
  const [scenario] = fc.sample(scenarios, { seed, numRuns: 1 });
  return scenario as Scenario;
}

export async function simulateSeed(seed: number, way = wayOf(seed)): Promise<SimulatedSeed> {
  return simulateScenario(scenarioOf(seed), seed, way);
}

export async function simulateScenario(
  scenario: Scenario,
  seed: number,
  way: "direct" | "sdk",
): Promise<SimulatedSeed> {
  try {
    const outcome = await simulate(scenario, seed, { way });
    return { seed, scenario, way, outcome, faults: checkOutcome(scenario, outcome) };
  } catch (error) {
    return { seed, scenario, way, faults: [`could not be simulated: ${(error as Error).stack}`] };
  }
}

/** Returns the smallest scenario found that still shows a fault, within `limit` milliseconds of real time. */
export async function shrink(seed: number, way: "direct" | "sdk", limit: number): Promise<Scenario> {
  let smallest = scenarioOf(seed);
  const property = fc.asyncProperty(scenarios, async (scenario) => {
    const { faults } = await simulateScenario(scenario, seed, way);
    if (faults.length > 0) smallest = scenario;
    return faults.length === 0;
  });
  await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: limit });
  return smallest;
}
