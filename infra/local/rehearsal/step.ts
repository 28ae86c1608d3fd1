import type { LoadResult } from "./load.js";

/** One row of the closing table. */
export interface Step {
  name: string;
  /** Seconds. */
  seconds: number;
  outcome: string;
  /** Present where requests were kept coming in. */
  load?: LoadResult;
}

/** Does `work` as the next step: its name is shown when it begins, and a row is added when it has ended well. */
export async function timed<T>(
  steps: Step[],
  name: string,
  work: () => Promise<T>,
  outcome?: (result: T) => string,
  log: (line: string) => void = console.log,
): Promise<T> {
  log(`\n▸ ${name}`);
  const started = performance.now();
  const result = await work();
  const seconds = (performance.now() - started) / 1000;
  steps.push({ name, seconds, outcome: outcome ? outcome(result) : String(result) });
  return result;
}
