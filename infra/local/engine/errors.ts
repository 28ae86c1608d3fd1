/** What the stand-in refuses or fails at. The message says what was received, what is accepted and the next step. */
export class StandInError extends Error {
  override readonly name: string = "StandInError";
}

/** Words on the command line that are not understood. Answered with a hint at `--help`. */
export class UsageError extends StandInError {
  override readonly name = "UsageError";
}

/** A command in a container that ended otherwise than expected, told to the SDK as the engine tells it. */
export class ExecError extends StandInError {
  override readonly name = "ExecError";
  /** Goes into the GraphQL answer as it is: the SDK makes its own ExecError of it. */
  readonly extensions: { _type: "EXEC_ERROR"; cmd: string[]; exitCode: number; stdout: string; stderr: string };

  constructor(outcome: { cmd: string[]; exitCode: number; stdout: string; stderr: string }) {
    super(`exit code: ${outcome.exitCode}`);
    this.extensions = { _type: "EXEC_ERROR", ...outcome };
  }
}
