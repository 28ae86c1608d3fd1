import { REFUSED, SlipwayError } from "../common/errors.js";
import { neutral, quoted } from "../common/foreign-text.js";

/** Error that the SDK throws when a command exits non-zero. The SDK that the engine provides does not export its class. */
export interface CommandFailure {
  cmd: string[];
  stdout: string;
  stderr: string;
}

export function isCommandFailure(error: unknown): error is CommandFailure {
  return Array.isArray((error as Partial<CommandFailure> | undefined)?.cmd);
}

/**
 * For work of the engine before anything of the service is changed: a base image or a package index that does not answer, a command of
 * the build that fails. A mistake in this code stays an unexpected error.
 * @param what Is done, such as `Building v1.2.3`.
 * @throws SlipwayError with exit code 2 that holds the engine's message and the end of the command's output.
 */
export async function engineWork<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof SlipwayError || isMistake(cause)) throw cause;
    throw new SlipwayError(
      "engine-failed",
      REFUSED,
      `${what} failed: ${describeFailure(cause as Error)}\nThe service was not changed. Correct what it names. If a base image, a package index or a git remote was not reached, check the network, the proxy and the logins of the engine, and run the same command again.`,
      { cause },
    );
  }
}

/** An error of the engine as a sentence, and the end of the output of its command in lines of their own. */
export function describeFailure(cause: Error): string {
  const message = neutral(cause.message);
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
  if (!isCommandFailure(cause)) return sentence;
  const output = [cause.stdout, cause.stderr].filter(Boolean).flatMap((text) => quoted(text, { lines: 40 }));
  return [`${neutral(cause.cmd.join(" "), 200)}: ${sentence}`, ...output].join("\n");
}

function isMistake(error: unknown): boolean {
  return !(error instanceof Error) || error instanceof ReferenceError || error instanceof RangeError;
}
