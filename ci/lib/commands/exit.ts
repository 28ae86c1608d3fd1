import { connection, dag } from "@dagger.io/dagger";
import { systemClock } from "../common/clock.js";
import { SlipwayError, UNEXPECTED } from "../common/errors.js";
import { neutralLines } from "../common/foreign-text.js";
import { jsonPrinter, type Printer, textPrinter } from "../report/printer.js";
import type { Progress } from "../rollout/progress-event.js";
import type { RolloutResult } from "../rollout/result.js";
import type { Activity } from "../rollout/session.js";
import { recordEvent, revealedSpan, startActivity } from "./progress-spans.js";

/**
 * Runs the work of a function that leaves the service as it is. A failure ends the call with the failure's own exit code: an engine
 * turns any thrown error into exit code 1.
 */
export async function ending<T>(
  work: (activity: Activity) => Promise<T>,
  printer = textPrinter(console.log, false),
): Promise<T> {
  const progress: Progress = (line, event) => {
    if (event) recordEvent(event);
    printer.progress(line, event);
  };
  const activity = startActivity(progress, systemClock, revealedSpan);
  try {
    return await work({ ...activity, observe: recordEvent });
  } catch (error) {
    const exitCode = error instanceof SlipwayError ? error.exitCode : UNEXPECTED;
    if (exitCode === UNEXPECTED) console.error(neutralLines(String((error as Error).stack ?? error)));
    return await endCall(printer.error(error as Error), printer, exitCode);
  } finally {
    activity.end();
  }
}

/** Runs work that changes the service and ends in a text. */
export function changing(work: (activity: Activity) => Promise<string>): Promise<string> {
  return ending(work, textPrinter(console.log));
}

/** Runs work that ends in a text and an exit code of its own; one other than 0 ends the call as a failure does. */
export function returning(work: (activity: Activity) => Promise<{ text: string; exitCode: number }>): Promise<string> {
  const printer = textPrinter(console.log);
  return ending(async (activity) => {
    const { text, exitCode } = await work(activity);
    return exitCode === 0 ? text : await endCall(text, printer, exitCode);
  }, printer);
}

/** Runs work that changes the service and ends in a report. A verdict other than success ends the call as a failure does. */
export async function reporting(work: (activity: Activity) => Promise<RolloutResult>, asJson = false): Promise<string> {
  const printer = asJson ? jsonPrinter(console.log, systemClock) : textPrinter(console.log);
  return await ending(async (activity) => {
    const report = await work(activity);
    const text = printer.report(report);
    return report.exitCode === 0 ? text : await endCall(text, printer, report.exitCode);
  }, printer);
}

/**
 * Returns an error to the engine and ends the process. Only an error of type EXEC_ERROR gives the CLI its exit code, and only an
 * error's message is shown both on a terminal and without one. Without a terminal the CLI appends a trace id to the message, so that
 * JSON goes where the CLI prints it unchanged: into the error's standard error.
 */
async function endCall(text: string, { summaryOf }: Printer, exitCode: number): Promise<never> {
  const message = summaryOf?.(text) ?? text.trimEnd();
  const values = { _type: "EXEC_ERROR", cmd: ["slipway"], exitCode, stdout: "", stderr: summaryOf ? text : "" };
  let error = dag.error(message);
  for (const [name, value] of Object.entries(values)) error = error.withValue(name, JSON.stringify(value) as never);
  await dag.currentFunctionCall().returnError(error);
  // Closing the connection flushes the spans; otherwise those that ended last are lost.
  await connection(async () => {});
  process.exit(1);
}
