import { connection } from "@dagger.io/dagger";
import { systemClock } from "./clock.js";
import { SlipwayError } from "./errors.js";
import { jsonPrinter, type Printer, textPrinter } from "./report/printer.js";
import type { Report } from "./report/report.js";

/**
 * Does the work of a function that people call. A failure that Slipway knows ends the process with the failure's own exit code and its
 * message on stderr: an engine turns a thrown error into exit code 1, whatever it was.
 */
export async function ending<T>(work: () => Promise<T>, { error: show }: Printer = printer()): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const text = show(error as Error);
    if (!(error instanceof SlipwayError)) throw error;
    return await endProcess(text, error.exitCode);
  }
}

/** Does work that ends in a report: a bad one ends the process as a failure does. */
export async function reporting(work: (printer: Printer) => Promise<Report>, asJson: boolean): Promise<string> {
  const chosen = printer(asJson);
  return await ending(async () => {
    const report = await work(chosen);
    const text = chosen.report(report);
    return report.exitCode === 0 ? text : await endProcess(text, report.exitCode);
  }, chosen);
}

function printer(asJson = false): Printer {
  return asJson ? jsonPrinter(console.log, systemClock) : textPrinter(console.log);
}

/** Shows `text` on stderr and ends the process. */
async function endProcess(text: string, exitCode: number): Promise<never> {
  // The end of a connection sends the spans that are still held back; leaving without it would lose them.
  await connection(async () => {});
  console.error(text.trimEnd());
  process.exit(exitCode);
}
