import type { Clock } from "../common/clock.js";
import { SlipwayError, UNEXPECTED } from "../common/errors.js";
import { neutral, neutralJson, neutralLines, quoted } from "../common/foreign-text.js";
import type { Progress, ProgressEvent } from "../rollout/progress-event.js";
import type { RolloutResult } from "../rollout/result.js";
import { formatReport } from "./report-text.js";

/** Output of a function: its progress, and its result. */
export interface Printer {
  progress: Progress;
  /** Formats the result, with any verdict. */
  report(report: RolloutResult): string;
  /** Formats a refusal or an error that left no report. */
  error(error: Error): string;
  /** Returns one line for people from the last JSON line; absent where the text is already for people. */
  summaryOf?(text: string): string;
}

/** Prints for people: one line for each event. `changesService`: true when a failed call may have changed the service. */
export function textPrinter(print: (line: string) => void, changesService = true): Printer {
  return {
    progress: (line) => print(neutral(line, 2_000)),
    report: formatReport,
    error: (error) => messageFor(error, changesService),
  };
}

/**
 * Prints for machines: one JSON object per line, each with a `type` and the `time` (ISO 8601, this machine's clock). A `note` does not
 * describe the state of the rollout; the last line is `report`, with all members of RolloutResult, or `error`. The last line is printed
 * and returned, so that the log alone is complete.
 */
export function jsonPrinter(print: (line: string) => void, clock: Clock): Printer {
  const lineOf = ({ type, ...data }: LineContent) => {
    const line = { type, time: new Date(clock.now()).toISOString(), ...data } as JsonLine;
    return neutralJson(JSON.stringify(line, bounded));
  };
  const last = (line: string) => {
    print(line);
    return `${line}\n`;
  };
  return {
    progress: (message, event) => print(lineOf(event ?? { type: "note", message })),
    report: (report) => last(lineOf({ type: "report", ...report })),
    error: (error) => {
      const { code, exitCode } = error instanceof SlipwayError ? error : { code: "unexpected", exitCode: UNEXPECTED };
      return last(lineOf({ type: "error", code, exitCode, message: messageFor(error) }));
    },
    summaryOf(text) {
      const { verdict, reason, message = `${verdict.toUpperCase()}: ${reason}` } = JSON.parse(text);
      return neutral(String(message).split("\n", 1)[0] ?? "", 4_000);
    },
  };
}

/** A line of `--as-json`. Within version 1 of this format members and types are only added. */
export type JsonLine = {
  /** ISO 8601, on the clock of the machine that deploys. */
  time: string;
} & LineContent;

type LineContent =
  | ProgressEvent
  /** A line that does not describe the state of the rollout. */
  | { type: "note"; message: string }
  /** The last line of a call that ends with a verdict. */
  | ({ type: "report" } & RolloutResult)
  /** The last line of a call that ends without a verdict. */
  | { type: "error"; code: string; exitCode: number; message: string };

/** Maximum characters of one text in a JSON line; longer texts come from logs or HTTP responses. */
const longestText = 8_000;

function bounded(_name: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= longestText) return value;
  return `${value.slice(0, longestText)}… (${value.length - longestText} more characters)`;
}

/** After an unexpected error of a call that changes the service, it is not known if the service was changed. */
function messageFor(error: Error, changesService = true): string {
  if (error instanceof SlipwayError) return neutralLines(error.message);
  const { cmd, stderr, stdout } = error as Partial<Record<"cmd" | "stderr" | "stdout", unknown>>;
  const output = [stdout, stderr]
    .flatMap((one) => (typeof one === "string" && one !== "" ? quoted(one) : []))
    .join("\n");
  const failed = Array.isArray(cmd) ? `\`${cmd.join(" ")}\` failed: ` : "";
  const next = changesService
    ? "The outcome is not known. Run `status` to see what the service runs."
    : "The service was not changed.";
  return `Unexpected error: ${neutral(`${failed}${error.message || error.name}`)}${output && `\n${output}`}\n${next}`;
}
