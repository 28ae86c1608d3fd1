import type { Scenario } from "../../scenario/scenario.js";

/** Shrunk scenario of a seed that once had a wrong verdict. */
export interface Found {
  name: string;
  seed: number;
  scenario: Scenario;
  /** Result of each run: its verdict, or its error's code; none for a killed run. */
  verdicts: (string | undefined)[];
}
