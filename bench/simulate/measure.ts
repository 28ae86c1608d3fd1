import type { Scenario } from "../world/scenario.js";
import { lateness } from "./check.js";
import { playSeed } from "./one.js";

/** What one seed came to and what it took, as plain data. */
export interface Measured {
  seed: number;
  way: "direct" | "sdk";
  /** The verdict, or the error's code. */
  ending: string;
  faults: string[];
  /** Where something is wrong. */
  scenario?: Scenario;
  /** How late the verdict came, in milliseconds of virtual time, where it was watched for. */
  late?: number;
  /** Seconds of a core, those of the compiler and of garbage collection included. */
  cpu: number;
}

/** Plays some seeds, one after the other. */
export async function measure(seeds: readonly number[]): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const seed of seeds) measured.push(await measureOne(seed));
  return measured;
}

async function measureOne(seed: number): Promise<Measured> {
  const before = process.cpuUsage();
  const { way, scenario, outcome, faults } = await playSeed(seed);
  const { user, system } = process.cpuUsage(before);
  const late = outcome && lateness(scenario, outcome);
  return {
    seed,
    way,
    ending: outcome?.report?.verdict ?? outcome?.runs.at(-1)?.error?.code ?? "not played",
    faults,
    ...(faults.length > 0 && { scenario }),
    ...(late !== undefined && { late }),
    cpu: (user + system) / 1e6,
  };
}
