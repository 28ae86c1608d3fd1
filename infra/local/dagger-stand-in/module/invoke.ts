import type { Call, ErrorValue } from "../api/function-call.js";
import { ExecError, StandInError } from "../errors.js";
import type { Session } from "../session/session.js";
import { spanOf, traceparent, withOrigin } from "../telemetry/origin.js";
import type { CallLabel, Span } from "../telemetry/span.js";
import type { ModuleProcess } from "./process.js";

/** Failed function: it threw, returned an error, or ended its process. */
class FunctionError extends StandInError {
  override readonly name = "FunctionError";

  constructor(
    message: string,
    /** Extensions of the GraphQL error; with `_type: "EXEC_ERROR"` they carry an exit code and outputs. */
    readonly extensions: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/** Runs one function of the module in a separate process, as a step of the trace. */
export async function invoke(
  session: Session,
  start: () => Promise<ModuleProcess>,
  call: Call,
  label: CallLabel,
): Promise<unknown> {
  const run = async (span: Span) => {
    const result = await (await start()).run(session, call, span);
    if ("value" in result) return result.value;
    if ("error" in result) throw returned(session, result.error, span);
    throw ended(session, call, result, span);
  };
  return session.trace.step(label.field, run, { call: label });
}

/** Adds the span where the error began: the one that the API's error names, or the function's. */
function returned({ trace }: Session, { message, details }: ErrorValue, span: Span): FunctionError {
  const origin = spanOf(details.traceparent) ?? span.id;
  return new FunctionError(withOrigin(message, trace.id, origin), {
    ...details,
    traceparent: details.traceparent ?? traceparent(trace.id, origin),
  });
}

function ended(
  { trace }: Session,
  { name }: Call,
  { exitCode, stdout, stderr }: { exitCode: number; stdout: string; stderr: string },
  span: Span,
): Error {
  const what = name ? `function ${JSON.stringify(name)}` : "constructor";
  if (exitCode === 0) return new StandInError(`${what} completed without returning a value`);
  const { extensions } = new ExecError({ cmd: [], exitCode, stdout, stderr });
  return new FunctionError(withOrigin(`call ${what}: exit code: ${exitCode}`, trace.id, span.id), extensions);
}
