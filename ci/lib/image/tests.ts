import type { Container } from "@dagger.io/dagger";
import { REFUSED, SlipwayError } from "../common/errors.js";
import { neutralLines, quoted } from "../common/foreign-text.js";
import type { Build } from "./build-options.js";
import { type CommandFailure, isCommandFailure } from "./engine-failure.js";
import { built, type Dockerfile } from "./image.js";

/** The stage that runs the tests, where the target names none. */
const STAGE = "test";

/**
 * Runs the app's tests: the command that the target names, in the built image, or else the Dockerfile's test stage, whose RUN
 * instructions run them.
 * @returns The output of the command, or what was built; undefined where there are no tests to run.
 * @throws SlipwayError with the output of the command that failed.
 */
export async function runTests(build: Build, { stages }: Dockerfile): Promise<string | undefined> {
  const stage = build.test.stage ?? stages.find(({ name }) => name === STAGE)?.name;
  const { command } = build.test;
  if (stage === undefined && command === undefined) return undefined;
  return await failingAsTests(async () => {
    const container = await built(build, stage ?? build.stage);
    if (command) return await outputOf(container, command);
    await container.sync();
    return `Stage "${stage}" of ${build.dockerfile} passed.\n`;
  });
}

/**
 * Runs a test command in a container.
 * @returns Its output.
 * @throws SlipwayError with the output of a command that failed.
 */
export async function runCommand(container: Container, command: readonly string[]): Promise<string> {
  return await failingAsTests(() => outputOf(container, command));
}

async function outputOf(container: Container, command: readonly string[]): Promise<string> {
  return neutralLines(await container.withExec([...command]).stdout());
}

async function failingAsTests<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw isCommandFailure(cause) ? new TestsFailedError(cause) : cause;
  }
}

/** The command's output is quoted: a test can print anything. */
export class TestsFailedError extends SlipwayError {
  override readonly name = "TestsFailedError";
  constructor(cause: CommandFailure) {
    const output = [cause.stdout, cause.stderr].filter(Boolean).flatMap((text) => quoted(text, { lines: 200 }));
    super("tests-failed", REFUSED, ["The app's tests failed.", ...output].join("\n"), { cause });
  }
}
