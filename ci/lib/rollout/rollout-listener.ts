import type { Running } from "../ecs/containers.js";
import type { RolloutResult } from "./result.js";
import type { DeployRequest } from "./revisions/deploy-request.js";
import type { Release, Session } from "./session.js";

/** A rollout that a call has begun, or has found. */
export interface BegunRollout {
  verb: DeployRequest["verb"];
  release: Release;
  runId?: string;
  /** Version and revision of the service before. */
  from: Running;
  /** ARN of the revision that it rolls out. */
  taskDefinition: string;
  /** True when an earlier call, or another tool, has begun it. */
  attached: boolean;
  /** True while the service's deployment is in progress. */
  isInFlight: boolean;
  /** Start of the call, in milliseconds since the epoch. */
  startedAt: number;
}

/** Receives the start and the end of a rollout. It neither delays nor fails the deploy. */
export interface RolloutListener {
  /** Returns at once. */
  begun(session: Session, rollout: BegunRollout): void;
  /** Resolves within a few seconds. */
  ended(session: Session, result: Omit<RolloutResult, "events">): Promise<void>;
}

/** Options of a rollout that is listened to. */
export interface Listened {
  listener?: RolloutListener;
}
