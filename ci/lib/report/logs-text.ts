import { nameIn } from "../common/aws-names.js";
import { neutral } from "../common/foreign-text.js";
import { logStreamLink } from "../ecs/console-links.js";
import type { LogSource } from "../operate/log-sources.js";
import type { LogsRead, LogsSummary, TaskLine } from "../operate/read-logs.js";
import { utcTime, zonedTime } from "./local-time.js";

/** Choices of how logs are shown. */
export interface LogsView {
  region: string;
  /** The base URL of a local AWS, whose logs have no page in the console. */
  endpoint?: string | undefined;
  /** In place of UTC. */
  timeZone?: string | undefined;
}

/** Formats one read of logs, one line each: new tasks with their failures, then what they wrote. */
export function logLines({ lines, added }: LogsRead, view: LogsView): string[] {
  return [...added.map((source) => sourceLine(source, view)), ...lines.map((line) => logLine(line, view))];
}

function sourceLine(
  { task, container, lastStatus, place, failure }: LogSource,
  { region, endpoint }: LogsView,
): string {
  const link = "unavailable" in place ? undefined : logStreamLink(place, region, endpoint);
  const where = "unavailable" in place ? `no log: ${place.unavailable}` : (link ?? `${place.group}/${place.stream}`);
  const failed = failure === undefined ? "" : `, ${failure}`;
  return neutral(`task ${nameIn(task)} ${lastStatus}${failed}; ${container}: ${where}`);
}

/** Characters of one line of a log. */
const longestLine = 1_900;

function logLine({ at, text, task, container }: TaskLine, { timeZone }: LogsView): string {
  const time = timeZone === undefined ? utcTime(at) : zonedTime(at, timeZone);
  return `${time} ${nameIn(task).slice(0, 8)} ${container} │ ${neutral(text, longestLine)}`.trimEnd();
}

/** Formats the end of `logs` as one sentence. */
export function logsEnd({ shown, omitted, sources, left }: LogsSummary, followed: boolean): string {
  const parts = [
    `${shown} lines of ${sources} ${sources === 1 ? "task" : "tasks"}${followed ? "; the time to follow is over" : ""}.`,
    ...(omitted > 0 ? [`${omitted} older lines are not shown: raise --lines.`] : []),
    ...(left > 0 ? [`${left} more tasks were not read: name one with --task.`] : []),
    ...(sources === 0
      ? ["ECS returns a stopped task for an hour; an older one is read with --task and its whole id."]
      : []),
  ];
  return `${parts.join(" ")}\n`;
}
