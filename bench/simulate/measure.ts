import type { Scenario } from "../scenario/scenario.js";
import { lateness } from "./check-lateness.js";
import { firstOf } from "./check-outcome.js";
import { type Covered, coverageOf, nameOf } from "./coverage.js";
import { simulateSeed } from "./simulate-seed.js";

/** What is known of a seed before it is played. */
export interface StartedSeed {
  seed: number;
  way: "direct" | "sdk";
}

/** What one seed came to and what it took, as plain data. */
export interface MeasuredSeed extends StartedSeed {
  /** The verdict, or the error's code. */
  ending: string;
  faults: string[];
  /** Where something is wrong. */
  scenario?: Scenario;
  /** How late the verdict came, in milliseconds of virtual time, where it was watched for. */
  late?: number;
  covered: Covered[];
  /** Seconds of a core, those of the compiler and of garbage collection included. */
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
