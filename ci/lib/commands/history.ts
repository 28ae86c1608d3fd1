import { withDescribedErrors } from "../aws/describe-error.js";
import { InputError } from "../common/errors.js";
import { consoleLinks } from "../ecs/console-links.js";
import { formatHistory, historyJson } from "../report/history-text.js";
import { explainHistory } from "../rollout/history/explain-history.js";
import { readHistory } from "../rollout/history/read-history.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openSession } from "./destination.js";
import { parseTimeZone } from "./time-zone.js";

export interface HistoryOptions extends Activity {
  destination: DestinationOptions;
  /** Maximum number of deployments. */
  count: number;
  timeZone: string | undefined;
}

/**
 * Lists the last deployments of a target's service, the newest first, as text or as JSON.
 * @throws InputError
 */
export async function showHistory({ count, ...options }: HistoryOptions, asJson = false): Promise<string> {
  if (!Number.isInteger(count) || count < 1 || count > 100) {
    throw new InputError("bad-count", `${count} deployments can't be shown. Accepted: a whole number from 1 to 100.`);
  }
  const timeZone = parseTimeZone(options.timeZone);
  const session = await openSession(options.destination, options);
  const records = await withDescribedErrors(readHistory(session, count));
  const history = await withDescribedErrors(explainHistory(session, records));
  const links = consoleLinks(session.target, session.aws.endpoint);
  return asJson ? historyJson(session.target, history, links) : formatHistory(history, { timeZone, links });
}
