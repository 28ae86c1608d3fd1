/** Receives the error of a guarded callback. */
export type OnFailure = (error: unknown) => void;

/**
 * Wraps a callback of an event, socket or timer. No caller catches its errors: without the guard, one exception ends the process. Passes
 * thrown errors and rejections to `onFailure`.
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

/** Logs an error with its stack. */
export function logFailure(log: (line: string) => void, where: string): OnFailure {
  return (error) => log(`${where}: ${error instanceof Error ? error.stack : String(error)}`);
}
