import { neutral, quoted } from "../../common/foreign-text.js";
import type { LogTail } from "../../ecs/log-tail.js";
import type { Diagnosis } from "./diagnose.js";

/** Formats a cause, its evidence and its fix, for the report and for errors. */
export function causeLines({ title, evidence, fix }: Pick<Diagnosis, "title" | "evidence" | "fix">): string[] {
  return [`Cause: ${neutral(title)}`, ...evidence.map((line) => `  ${neutral(line)}`), `Fix: ${neutral(fix)}`];
}

/** Formats the end of a log, or the reason why there is none. */
export function logLines(log: LogTail): string[] {
  if ("unavailable" in log) return [`Log: not shown: ${neutral(log.unavailable)}`];
  const end = log.lines.length > 0 ? quoted(log.lines, { lines: 60 }) : ["  (nothing was written)"];
  return [`Log, its end (${neutral(`${log.group}/${log.stream}`)}):`, ...end];
}
