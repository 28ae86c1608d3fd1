import type { Scenario } from "../../scenario/scenario.js";

/** Shrunk scenario of a seed whose verdict was wrong once. */
export interface Found {
  name: string;
  seed: number;
  scenario: Scenario;
  /** Of each run: its verdict, or its error's code; none where it was killed. */
  verdicts: (string | undefined)[];
}
