import type { Scenario } from "../../scenario/scenario.js";

/** What a seed found, made small: it was told wrongly once. */
export interface Found {
  name: string;
  seed: number;
  scenario: Scenario;
  /** Of each run: its verdict, or its error's code; none where it was killed. */
  verdicts: (string | undefined)[];
}
