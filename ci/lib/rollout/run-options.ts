import type { RawTaskDefinition } from "../aws/raw-task-definition.js";
import type { AllowedActions } from "./fail-fast/fail-fast.js";
import type { GateUrls } from "./hooks/gates.js";
import type { DeploySettings } from "./plan/deploy-settings.js";
import type { DeployRequest } from "./revisions/deploy-request.js";
import type { Release, Session } from "./session.js";
import type { SendRequest } from "./verify/http-request.js";
import type { HttpTarget } from "./verify/http-target.js";
import type { VerifyOptions } from "./verify/verify.js";

/** Options of a rollout: a release, and everything that changes how it is rolled out, watched and verified. */
export interface RunOptions extends Session {
  release: Release;
  /** Default: `deploy`. */
  verb?: DeployRequest["verb"];
  /** Task definition that the new revision is a copy of; by default the current one. */
  source?: RawTaskDefinition;
  /** The public URL to check; without it the verdict depends on ECS's witnesses alone. */
  http?: HttpTarget;
  /** URLs of the target's gates; without them the gates are left to a user. */
  gates?: GateUrls;
  /** The URL of the test listener, with the same checks: it is requested before production traffic moves. */
  testHttp?: HttpTarget;
  verify?: VerifyOptions;
  /** Sends the requests of the check; by default over HTTP. A simulation replaces it. */
  ask?: SendRequest;
  /** Maximum time of the rollout, in milliseconds; by default computed from the service's settings. */
  timeoutMs?: number;
  /** `shifted`: ends while the bake time runs, once all production traffic has moved and is verified; by default at the rollout's end. */
  until?: "shifted";
  /** Actions allowed during the rollout; by default an early stop after a proven failure, and none at the deadline. */
  permitted?: Partial<AllowedActions>;
  /** False: a deploy that is proven wrong is not rolled back when ECS does not do it. */
  undo?: boolean;
  /** Changes besides the image and VERSION. */
  settings?: DeploySettings;
  /** Reads the words before a function's name in a command to type; by default they are `dagger call`. */
  call?: () => Promise<string>;
  /** Idempotency key: separates deploys of the same release; the same id returns the same verdict again. */
  runId?: string;
}
