/** Outcome of a rollout. */
export type Verdict =
  /** The version runs, and all witnesses agree. */
  | "deployed"
  /** The service's early success criteria are met; old tasks still run. */
  | "deployed-early"
  /** ECS completed the rollout, and the HTTP check could not be made. */
  | "deployed-unverified"
  /** The service was rolled back to the previous revision. */
  | "rolled-back"
  /** The version does not run correctly, and nothing was rolled back. */
  | "failed"
  /** Another deployment replaced it. */
  | "superseded"
  /** A user stopped it. */
  | "stopped"
  /** It waits for a user or a hook. */
  | "paused"
  /** The deadline passed first. */
  | "timed-out"
  /** It succeeded with a desired count of 0: no task ran. */
  | "nothing-ran";

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
