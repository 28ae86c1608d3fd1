import type { Progress } from "./progress-event.js";

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
  span: Span;
}
