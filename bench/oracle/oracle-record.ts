import type { RolloutState } from "./rollout-state.js";

/** Start of a fact, and the time from which the API can show it: milliseconds since the start of the simulation. */
export interface Moment {
  at: number;
  visibleAt: number;
  state: RolloutState;
}

/** The truth of a run, derived from ECS's own state and from the changes to it, independent of the deployer's verdict. */
export interface OracleRecord {
  /** The revisions that the deployer registered, oldest first. */
  registered: string[];
  /**
   * Revisions that bring its release: usually one of them. The revision that runs the release already, as long as it brings none of its
   * own.
   */
  own: string[];
  /** ARN of the deployer's own rollout: the earliest service deployment of the revision that it deployed last. */
  rollout?: string;
  /** All states of that rollout, in order. The first is at the deployer's start. */
  moments: [Moment, ...Moment[]];
  /** The same of every revision that brings the release, also those of other users: the deployer may attach to them. */
  ofRevision: Record<string, [Moment, ...Moment[]]>;
  /** The same of the latest service deployment of each revision that was deployed more than once. */
  ofRepetition: Record<string, Moment[]>;
  /** Moments that the other of two deploys recorded, by the revision that it deploys or is attached to. */
  ofOther?: Record<string, Moment[]>;
  /** Principal that stopped the rollout, if any. */
  stoppedBy?: "deployer" | "operator";
  /**
   * The deployer's UpdateService calls that AWS carried out: the revision, whether it is an automatic rollback, and whether a deployment
   * began by it.
   */
  updates: { at: number; taskDefinition: string; isUndo: boolean; began: boolean }[];
  /** Time at which the service was deleted, if it was. */
  deletedAt?: number;
  /** Harmful operations of the deployer, such as a deregistered revision that is in use. */
  harm: string[];
}

/** Facts about the service from a time on, in milliseconds since the start of the simulation. */
export interface ServiceFacts {
  at: number;
  /** True while a deployment is in progress or the service has not settled on one. */
  busy: boolean;
  /** Present when a production listener rule does not send all requests to the target group of the present deployment. */
  astray?: true;
  /** Version of the last deployment that was not rolled back; undefined when none exists. */
  good?: string;
  /** Last good version other than the one the service is set to: the target of a rollback. */
  goal?: string;
}

/** Facts about the service during a deploy, from ECS's own state: refusals, rollbacks and deploy tasks are checked against them. */
export interface ServiceRecord {
  times: [ServiceFacts, ...ServiceFacts[]];
  /** ARNs of the tasks that the deployer has started itself, by their `startedBy`. */
  deployTasks: Record<string, string[]>;
}
