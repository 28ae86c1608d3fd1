import { connection } from "@dagger.io/dagger";
import { SlipwayError } from "./errors.js";

/**
 * Does the work of a function that people call. A failure that Slipway knows ends the process with the failure's own exit code and its
 * message on stderr: an engine turns a thrown error into exit code 1, whatever it was.
 */
export async function ending<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    return await endProcess(error.message, error.exitCode);
  }
}

/** Shows `text` on stderr and ends the process. */
export async function endProcess(text: string, exitCode: number): Promise<never> {
  // The end of a connection sends the spans that are still held back; leaving without it would lose them.
  await connection(async () => {});
  console.error(text);
  process.exit(exitCode);
}
