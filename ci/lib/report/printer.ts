import type { Clock } from "../common/clock.js";
import { SlipwayError } from "../common/errors.js";
import { neutral, neutralJson, neutralLines, quoted } from "../common/foreign-text.js";
import type { RolloutResult } from "../rollout/result.js";
import type { Progress } from "../rollout/watch/progress-event.js";
import { formatReport } from "./report-text.js";

/** How a function shows its work and what became of it. */
export interface Printer {
  progress: Progress;
  /** What became of it, whatever that is. */
  report(report: RolloutResult): string;
  /** What was refused, or went wrong, and left no report. */
  error(error: Error): string;
  /** One line for people from the last JSON line; absent where the text is for people as it is. */
  summaryOf?(text: string): string;
}

/** For people: a line for each thing that happens. `changesService`: whether the call may have changed the service when it fails. */
export function textPrinter(print: (line: string) => void, changesService = true): Printer {
  return {
    progress: (line) => print(neutral(line, 2_000)),
    report: formatReport,
    error: (error) => messageFor(error, changesService),
  };
}

/**
 * For machines: one JSON object a line, each with a `type` and the `time` (ISO 8601, this machine's clock). `note` is what concerns no
 * state of the rollout; the last line is `report`, with all members of RolloutResult, or `error`. The last line is printed too, so that
 * the log alone is complete.
 */
export function jsonPrinter(print: (line: string) => void, clock: Clock): Printer {
  const lineOf = (type: string, data: object) =>
    neutralJson(JSON.stringify({ type, time: new Date(clock.now()).toISOString(), ...data }, bounded));
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
      return neutral(String(message).split("\n", 1)[0] ?? "", 4_000);
    },
  };
}

/** Characters of one text in a JSON line at most: what is longer is a log's or an answer's. */
const longestText = 8_000;

function bounded(_name: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= longestText) return value;
  return `${value.slice(0, longestText)}… (${value.length - longestText} more characters)`;
}

/** After an unexpected error of a call that changes the service, it is open whether it was changed. */
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
