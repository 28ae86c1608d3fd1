import type { Scenario } from "../scenario/scenario.js";
import { lateness } from "./check-lateness.js";
import { firstOf } from "./check-outcome.js";
import { type Covered, coverageOf, nameOf } from "./coverage.js";
import { simulateSeed } from "./simulate-seed.js";

/** Seed that has started. */
export interface StartedSeed {
  seed: number;
  way: "direct" | "sdk";
}

/** Result and cost of one seed, as plain data. */
export interface MeasuredSeed extends StartedSeed {
  /** The verdict, or the error's code. */
  ending: string;
  faults: string[];
  /** Present when there are faults. */
  scenario?: Scenario;
  /** Delay of the verdict, in milliseconds of virtual time, where the deployer was watching. */
  late?: number;
  covered: Covered[];
  /** CPU time in seconds, with the compiler's and the garbage collection's. */
  cpu: number;
}

export async function measure(seed: number): Promise<MeasuredSeed> {
  const before = process.cpuUsage();
  const played = await simulateSeed(seed);
  const { user, system } = process.cpuUsage(before);
  const { way, scenario, outcome, faults } = played;
  const late = outcome && lateness(scenario, firstOf(outcome));
  return {
    seed,
    way,
    ending: outcome?.report?.verdict ?? (nameOf(outcome?.runs.at(-1)?.error) || "not played"),
    faults,
    ...(faults.length > 0 && { scenario }),
    ...(late !== undefined && { late }),
    covered: coverageOf(played),
    cpu: (user + system) / 1e6,
  };
}
