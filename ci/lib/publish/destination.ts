import type { Clients } from "../aws/clients.js";
import type { Target } from "../config/target.js";

/** Destination of a release, with the clients to reach it. */
export interface Destination {
  aws: Clients;
  target: Target;
  /** The base URL of a local AWS; absent for AWS itself. */
  endpoint?: string;
  /** The target's file names its repository; otherwise it is that of the image that runs. */
  isRepositoryStated?: boolean;
}
