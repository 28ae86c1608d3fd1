import type { Release } from "../../ci/lib/rollout/session.js";
import type { HttpTarget } from "../../ci/lib/rollout/verify/verify.js";
import type { CompleteTarget } from "../scenario/complete-target.js";
import type { DeployerSettings } from "../scenario/scenario.js";

/** What the deployer's process is told to do. */
export interface DeployRequest {
  /** The way to the local AWS. */
  endpoint: string;
  target: CompleteTarget;
  release: Release;
  /** Where the public URL is asked; without it ECS's witnesses are all there is. */
  http?: HttpTarget;
  settings?: Omit<DeployerSettings, "http">;
  /** How far its clock is ahead, in milliseconds. */
  clockSkew?: number;
}
