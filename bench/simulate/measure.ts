import type { Scenario } from "../world/scenario.js";
import { firstOf } from "./check.js";
import { lateness } from "./check-lateness.js";
import { type CameUp, nameOf, whatCameUp } from "./coverage.js";
import { playSeed } from "./one.js";

/** What is known of a seed before it is played. */
export interface Begun {
  seed: number;
  way: "direct" | "sdk";
}

/** What one seed came to and what it took, as plain data. */
export interface Measured extends Begun {
  /** The verdict, or the error's code. */
  ending: string;
  faults: string[];
  /** Where something is wrong. */
  scenario?: Scenario;
  /** How late the verdict came, in milliseconds of virtual time, where it was watched for. */
  late?: number;
  cameUp: CameUp[];
  /** Seconds of a core, those of the compiler and of garbage collection included. */
  cpu: number;
}

export async function measure(seed: number): Promise<Measured> {
  const before = process.cpuUsage();
  const played = await playSeed(seed);
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
    cameUp: whatCameUp(played),
    cpu: (user + system) / 1e6,
  };
}
