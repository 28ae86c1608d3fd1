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

  constructor({ cmd, exitCode, stdout, stderr }: { cmd: string[]; exitCode: number; stdout: string; stderr: string }) {
    super(`exit code: ${exitCode}`);
    this.extensions = { _type: "EXEC_ERROR", cmd, exitCode, stdout: lastPart(stdout), stderr: lastPart(stderr) };
  }
}

/** Bytes of an output that an error carries, the engine's `MaxExecErrorOutputBytes` of `engine/engineutil/ref.go`. */
const longestOutput = 100 * 1024;

/** The end of an output as the engine passes it on: without white space around it, and with a note of what was left out. */
function lastPart(output: string): string {
  const bytes = Buffer.from(output);
  if (bytes.length < longestOutput) return output.trim();
  const note = `[omitting ${bytes.length - longestOutput} bytes]...`;
  return (note + bytes.subarray(-longestOutput).subarray(note.length).toString("utf8")).trim();
}
