import type { Verdict } from "../verdicts.js";

/** One fact that `deployed` depends on. */
export interface Witness {
  name: "service deployment" | "primary deployment" | "tasks";
  holds: boolean;
  /** Observed value, such as `SUCCESSFUL`. */
  saw: string;
}

export type Judgement =
  | { state: "undecided"; waitingFor: string; witnesses: Witness[] }
  | { state: "decided"; verdict: Verdict; reason: string; witnesses: Witness[] };

export function decided(verdict: Verdict, reason: string, witnesses: Witness[]): Judgement {
  return { state: "decided", verdict, reason, witnesses };
}

export function undecided(waitingFor: string, witnesses: Witness[]): Judgement {
  return { state: "undecided", waitingFor, witnesses };
}
