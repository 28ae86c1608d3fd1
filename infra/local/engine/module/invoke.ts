import type { ErrorValue } from "../api/function-call.js";
import { StandInError } from "../errors.js";
import type { Session } from "../session/session.js";
import type { Call } from "./assignment.js";
import type { ModuleProcess } from "./process.js";

/** A function failed: by throwing (exit code 1), or by ending its process with a code of its own. */
export class FunctionError extends StandInError {
  override readonly name = "FunctionError";
  constructor(
    message: string,
    readonly exitCode: number,
    /** What people see beside the message. */
    readonly output: { stdout?: string; stderr?: string } = {},
  ) {
    super(message);
  }
}

/** Runs one function of the module in a process of its own. */
export async function invoke(session: Session, start: () => Promise<ModuleProcess>, call: Call): Promise<unknown> {
  const process = await start();
  const result = await process.run(session, call);
  if ("value" in result) return result.value;
  if ("error" in result) throw thrown(result.error);
  throw new FunctionError(
    `call ${call.name ? `function ${JSON.stringify(call.name)}` : "constructor"}: exit code: ${result.exitCode}`,
    result.exitCode,
    {
      stderr: result.stderr,
    },
  );
}

/** The output of a command that failed comes along with the error, as the SDK passes it on. */
function thrown({ message, details }: ErrorValue): FunctionError {
  const { stdout, stderr, exitCode } = details;
  const output = { ...(typeof stdout === "string" && { stdout }), ...(typeof stderr === "string" && { stderr }) };
  return new FunctionError(message, typeof exitCode === "number" ? exitCode : 1, output);
}
