/** Refusal or failure of the stand-in. The message has the value received, what is accepted and the next step. */
export class StandInError extends Error {
  override readonly name: string = "StandInError";
}

/** Invalid command line. The error is followed by a hint at `--help`. */
export class UsageError extends StandInError {
  override readonly name = "UsageError";
}

/** Command in a container that failed, in the form in which the engine reports it to the SDK. */
export class ExecError extends StandInError {
  override readonly name = "ExecError";
  /** Extensions of the GraphQL error, from which the SDK creates its own ExecError. */
  readonly extensions: { _type: "EXEC_ERROR"; cmd: string[]; exitCode: number; stdout: string; stderr: string };

  constructor({ cmd, exitCode, stdout, stderr }: { cmd: string[]; exitCode: number; stdout: string; stderr: string }) {
    super(`exit code: ${exitCode}`);
    this.extensions = { _type: "EXEC_ERROR", cmd, exitCode, stdout: lastPart(stdout), stderr: lastPart(stderr) };
  }
}

/** Maximum size of an output in an error, in bytes: `MaxExecErrorOutputBytes` of `engine/engineutil/ref.go`. */
const longestOutput = 100 * 1024;

/** Returns the end of an output as the engine does: trimmed, with a note of the number of bytes omitted. */
function lastPart(output: string): string {
  const bytes = Buffer.from(output);
  if (bytes.length < longestOutput) return output.trim();
  const note = `[omitting ${bytes.length - longestOutput} bytes]...`;
  return (note + bytes.subarray(-longestOutput).subarray(note.length).toString("utf8")).trim();
}
