/** Receives what a guarded callback threw or rejected with. */
export type OnFailure = (error: unknown) => void;

/**
 * Wraps a callback of an event, a socket or a timer. No caller catches there: without it, one exception ends the whole process.
 * What the callback throws, or its promise rejects with, goes to `onFailure`.
 */
export function guarded<Args extends unknown[]>(
  callback: (...args: Args) => unknown,
  onFailure: OnFailure,
): (...args: Args) => void {
  return (...args) => {
    try {
      const result = callback(...args);
      if (result instanceof Promise) result.catch(onFailure);
    } catch (error) {
      onFailure(error);
    }
  };
}

/** Writes a failure to a log, with its stack. */
export function logFailure(log: (line: string) => void, where: string): OnFailure {
  return (error) => log(`${where}: ${error instanceof Error ? error.stack : String(error)}`);
}
