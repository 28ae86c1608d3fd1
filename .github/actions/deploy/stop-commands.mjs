import { randomUUID } from "node:crypto";

/**
 * Runs a call. Until it ends the runner reads no line of its log as a workflow command; only a random word resumes that.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withoutCommands(work) {
  const word = randomUUID();
  console.log(`::stop-commands::${word}`);
  try {
    return await work();
  } finally {
    console.log(`::${word}::`);
  }
}
