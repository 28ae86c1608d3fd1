import type { Aws } from "../aws/clients.js";
import type { Target } from "../config/target.js";

/** Clients, target and abort signal of a read of ECS. */
export interface EcsContext {
  aws: Aws;
  target: Target;
  signal?: AbortSignal;
}
