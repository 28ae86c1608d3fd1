import type { Aws } from "../aws/clients.js";
import type { Clock } from "../common/clock.js";
import type { Target } from "../config/target.js";
import type { Span } from "./span.js";
import type { Progress } from "./watch/progress-event.js";

/** What is to run: a version and the image it stands for. */
export interface Release {
  /** Such as `v1.2.3`. */
  version: string;
  /** `repository@sha256:…`, as the task definition will name it. */
  image: string;
  /** `sha256:…`: an image manifest, or an index of them. */
  digest: string;
  /** The commit it was built from, kept as a tag on the revision; absent when it is not known. */
  commit?: string;
  /** It was built without tests, because the app has none that are named. */
  untested?: true;
}

/** What every step of a rollout works with. */
export interface Session {
  aws: Aws;
  target: Target;
  clock: Clock;
  /** Ends the watching and nothing else: what ECS has begun it goes on with. */
  signal?: AbortSignal;
  progress: Progress;
  /** Runs each phase; absent where nobody looks at phases. */
  span?: Span;
}

export const attachHint = "Run the same command again: it finds this rollout in ECS and attaches to it.";
