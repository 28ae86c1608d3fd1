import { withDescribedErrors } from "../aws/describe-error.js";
import { systemClock } from "../common/clock.js";
import { InputError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import { formatHistory } from "../report/history-text.js";
import { readHistory } from "../rollout/history/read-history.js";
import { type DestinationOptions, openDestination } from "./destination.js";

/**
 * Lists the last deployments of a target's service, the newest first.
 * @throws InputError
 */
export async function showHistory(options: DestinationOptions, count: number): Promise<string> {
  if (!Number.isInteger(count) || count < 1 || count > 100) {
    throw new InputError("bad-count", `${count} deployments can't be shown. Accepted: a whole number from 1 to 100.`);
  }
  const { aws, target } = await openDestination(options);
  const session = { aws, target, clock: systemClock, progress: (line: string) => console.log(neutral(line)) };
  return formatHistory(await withDescribedErrors(readHistory(session, count)));
}
