import { neutral } from "./foreign-text.js";

/** Exit code of an error after which the outcome is unknown. The others are in the table in rollout/verdicts.ts. */
export const UNEXPECTED = 1;
/** Exit code of a refusal: the service was not changed. */
export const REFUSED = 2;

/**
 * Base class of every refusal and failure of Slipway. The message carries everything the user needs: what failed, the value received,
 * what is accepted and the next step. A Dagger engine shows nothing but the message.
 */
export class SlipwayError extends Error {
  override readonly name: string = "SlipwayError";
  /**
   * @param code A stable identifier for machines, such as `bad-version`.
   * @param exitCode The process's exit code, from the table in rollout/verdicts.ts.
   */
  constructor(
    readonly code: string,
    readonly exitCode: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Input that is refused before anything is built or called. Exit code REFUSED. */
export class InputError extends SlipwayError {
  override readonly name = "InputError";
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(code, REFUSED, message, options);
  }
}

/**
 * Returns a handler for `catch` that throws an InputError.
 * @param message Makes the error's message from the cause's, as one harmless line.
 */
export function refusal(code: string, message: (received: string) => string): (cause: Error) => never {
  return (cause) => {
    throw new InputError(code, message(neutral(cause.message)), { cause });
  };
}

/** Error codes of Node for failures of the network. */
export const networkCodes =
  "ECONNRESET ECONNREFUSED EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN".split(" ");
