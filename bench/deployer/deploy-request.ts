import type { Release } from "../../ci/lib/rollout/session.js";
import type { HttpTarget } from "../../ci/lib/rollout/verify/http-target.js";
import type { CompleteTarget } from "../scenario/complete-target.js";
import type { DeployerSettings } from "../scenario/scenario.js";

/** Arguments of the deployer's process. */
export interface DeployRequest {
  /** URL of the local AWS. */
  endpoint: string;
  target: CompleteTarget;
  release: Release;
  /** Public URL to verify; without it the deployer relies on ECS alone. */
  http?: HttpTarget;
  settings?: Omit<DeployerSettings, "http" | "gates">;
  /** Offset of its clock, in milliseconds; positive when it is ahead. */
  clockSkew?: number;
}
