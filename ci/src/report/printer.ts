import type { Clock } from "../clock.js";
import { SlipwayError } from "../errors.js";
import type { Progress } from "../rollout/watch/happening.js";
import type { Report } from "./report.js";
import { formatReport } from "./text.js";

/** How a function shows its work and what became of it. */
export interface Printer {
  progress: Progress;
  /** What became of it, whatever that is. */
  report(report: Report): string;
  /** What was refused, or went wrong, and left no report. */
  error(error: Error): string;
  /** One line for people from the last JSON line; absent where the text is for people as it is. */
  summaryOf?(text: string): string;
}

/** For people: a line for each thing that happens. */
export function textPrinter(print: (line: string) => void): Printer {
  return {
    progress: (line) => print(line),
    report: formatReport,
    error: messageFor,
  };
}

/**
 * For machines: one JSON object a line, each with a `type` and the `time` (ISO 8601, this machine's clock). `note` is what concerns no
 * state of the rollout; the last line is `report`, with all the members of a Report, or `error`. The last line is printed too, so that
 * the log alone is complete.
 */
export function jsonPrinter(print: (line: string) => void, clock: Clock): Printer {
  const lineOf = (type: string, data: object) =>
    JSON.stringify({ type, time: new Date(clock.now()).toISOString(), ...data });
  const last = (line: string) => {
    print(line);
    return `${line}\n`;
  };
  return {
    progress: (message, happening) =>
      print(happening ? lineOf(happening.type, happening) : lineOf("note", { message })),
    report: (report) => last(lineOf("report", report)),
    error: (error) => {
      const { code, exitCode } = error instanceof SlipwayError ? error : { code: "unexpected", exitCode: 1 };
      return last(lineOf("error", { code, exitCode, message: messageFor(error) }));
    },
    summaryOf(text) {
      const { verdict, reason, message = `${verdict.toUpperCase()}: ${reason}` } = JSON.parse(text);
      return String(message).split("\n", 1)[0] ?? "";
    },
  };
}

/** An unexpected error leaves open what was done before it. */
function messageFor(error: Error): string {
  if (error instanceof SlipwayError) return error.message;
  const { cmd, stderr, stdout } = error as Partial<Record<"cmd" | "stderr" | "stdout", unknown>>;
  const output = [stdout, stderr].filter((one) => typeof one === "string" && one !== "").join("\n");
  const failed = Array.isArray(cmd) ? `\`${cmd.join(" ")}\` failed: ` : "";
  return `Unexpected error: ${failed}${error.message || error.name}${output && `\n${output.slice(-4000)}`}\nThe outcome is not known. Run \`status\` to see what the service runs.`;
}
