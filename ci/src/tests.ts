import { SlipwayError } from "./errors.js";
import { neutralLines, quoted } from "./foreign-text.js";
import { testRun } from "./image.js";
import type { Recipe } from "./recipe.js";

/**
 * Runs the app's tests and answers the runner's output.
 * @throws SlipwayError with the runner's output when a test fails.
 */
export async function runTests(recipe: Recipe): Promise<string> {
  try {
    return neutralLines(await testRun(recipe).stdout());
  } catch (cause) {
    throw isTestFailure(cause) ? new TestsFailedError(cause) : cause;
  }
}

/** The runner's output is quoted: a test can print anything. */
export class TestsFailedError extends SlipwayError {
  override readonly name = "TestsFailedError";
  constructor(cause: ExecFailure) {
    const output = [cause.stdout, cause.stderr].filter(Boolean).flatMap((text) => quoted(text, { lines: 200 }));
    super("tests-failed", 2, ["The app's tests failed.", ...output].join("\n"), { cause });
  }
}

/** What the SDK throws when a command exits non-zero. Its class is not in the SDK that the engine provides, so it is told by its shape. */
interface ExecFailure {
  cmd: string[];
  stdout: string;
  stderr: string;
}

function isTestFailure(error: unknown): error is ExecFailure {
  const { cmd } = (error ?? {}) as Partial<ExecFailure>;
  return Array.isArray(cmd) && cmd.includes("pytest");
}
