/** What became of a rollout. */
export type Verdict =
  /** It runs, and all witnesses say so. */
  | "deployed"
  /** The service's early success criteria are met; old tasks are still up. */
  | "deployed-early"
  /** ECS is sure, and the HTTP check could not be made. */
  | "deployed-unverified"
  /** ECS went back to what ran before. */
  | "rolled-back"
  /** It does not run as it should, and nobody went back. */
  | "failed"
  /** Another deployment took its place. */
  | "superseded"
  /** Somebody stopped it. */
  | "stopped"
  /** It waits for a person or a hook. */
  | "paused"
  /** The deadline passed first. */
  | "timed-out"
  /** It ended well with a desired count of 0: not one task ran. */
  | "nothing-ran";

/** One fact that `deployed` rests on. */
export interface Witness {
  name: "service deployment" | "primary deployment" | "tasks";
  holds: boolean;
  /** What was seen, such as `SUCCESSFUL`. */
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
