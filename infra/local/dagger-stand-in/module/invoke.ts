import type { ErrorValue } from "../api/function-call.js";
import { ExecError, StandInError } from "../errors.js";
import type { Session } from "../session/session.js";
import { spanOf, traceparent, withOrigin } from "../telemetry/origin.js";
import type { CallLabel, Span } from "../telemetry/span.js";
import type { Call } from "./assignment.js";
import type { ModuleProcess } from "./process.js";

/** A function failed: it threw, returned an error of its own, or ended its process. */
export class FunctionError extends StandInError {
  override readonly name = "FunctionError";

  constructor(
    message: string,
    /** As GraphQL passes them on; with `_type: "EXEC_ERROR"` they carry an exit code and outputs. */
    readonly extensions: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

/** Runs one function of the module in a process of its own, as a step of the trace. */
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

/** Names the span that the error began in: the one that came with it from the API, or the function's own. */
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
