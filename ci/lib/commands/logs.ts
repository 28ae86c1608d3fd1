import { withDescribedErrors } from "../aws/describe-error.js";
import { systemClock } from "../common/clock.js";
import { InputError } from "../common/errors.js";
import { readService } from "../ecs/service.js";
import { readLogs } from "../operate/read-logs.js";
import { logLines, logsEnd } from "../report/logs-text.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openSession } from "./destination.js";
import { parseSince } from "./since.js";
import { parseTimeZone } from "./time-zone.js";
import { checkWhole } from "./whole-number.js";

/** The arguments of logs. */
interface LogsArguments extends Activity {
  destination: DestinationOptions;
  container: string | undefined;
  task: string | undefined;
  since: string;
  lines: number;
  follow: boolean | undefined;
  minutes: number | undefined;
  failing: boolean | undefined;
  timeZone: string | undefined;
}

/**
 * Shows the logs of the service's tasks. Those that are followed are lines of the display as they come; else they are returned.
 * @throws InputError
 */
export async function showLogs({
  container,
  task,
  follow = false,
  minutes,
  ...options
}: LogsArguments): Promise<string> {
  const since = parseSince(options.since, systemClock.now());
  const lines = checkWhole("--lines", options.lines, 1, 10_000);
  const time = checkWhole("--minutes", minutes ?? 10, 1, 720);
  if (minutes !== undefined && !follow) {
    throw new InputError("bad-minutes", "--minutes has no effect without --follow. Accepted: --follow --minutes 30.");
  }
  const zone = parseTimeZone(options.timeZone);
  const session = await openSession(options.destination, options);
  const { aws, target } = session;
  const now = await readService(aws, target);
  const choice = { failing: options.failing ?? false, ...(container && { container }), ...(task && { task }) };
  const view = { region: target.region, endpoint: aws.endpoint, timeZone: zone };
  const kept: string[] = [];
  const wanted = { ...choice, since, lines, ...(follow && { followMs: time * 60_000 }) };
  const reading = readLogs(session, now, wanted, (read) => {
    for (const line of logLines(read, view)) follow ? options.progress(line) : kept.push(line);
  });
  const summary = await withDescribedErrors(reading);
  return [...kept, logsEnd(summary, follow)].join("\n");
}
