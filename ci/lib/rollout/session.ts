import type { Aws } from "../aws/clients.js";
import type { Clock } from "../common/clock.js";
import type { Target } from "../config/target.js";
import type { Progress, ProgressEvent } from "./progress-event.js";

/** A version and its image. */
export interface Release {
  /** Such as `v1.2.3`. */
  version: string;
  /** `repository@sha256:…`, as the task definition will name it. */
  image: string;
  /** `sha256:…`: an image manifest, or an index of them. */
  digest: string;
  /** Commit of the build, stored as a tag on the revision; absent when it is not known. */
  commit?: string;
  /** Built without tests, because the app names none. */
  untested?: true;
}

/** Clients, settings and callbacks that every step of a rollout uses. */
export interface Session {
  aws: Aws;
  target: Target;
  clock: Clock;
  /** Ends only the watch; ECS continues the rollout. */
  signal?: AbortSignal;
  progress: Progress;
  /** Receives facts between the lines, for a live display; absent where nothing shows them. */
  observe?: (event: ProgressEvent) => void;
  /** Runs each phase; absent where phases are not recorded. */
  span?: Span;
}

/**
 * Runs one phase of a call, such as `preflight`. On an engine it is a span of the trace, which the display shows with its duration.
 * The span fails when `work` throws, or when `failureOf` returns a reason for its result.
 */
export type Span = <T>(
  name: string,
  work: () => Promise<T>,
  failureOf?: (result: T) => string | undefined,
) => Promise<T>;

/** Runs the phase and records nothing. */
export const noSpan: Span = (_name, work) => work();

/** Receivers of a call's progress: its lines and its phases. */
export interface Activity {
  progress: Progress;
  observe?: (event: ProgressEvent) => void;
  span: Span;
}
