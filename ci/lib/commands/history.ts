import { withDescribedErrors } from "../aws/describe-error.js";
import { systemClock } from "../common/clock.js";
import { InputError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import type { DeploymentRecord } from "../rollout/history/deployment-record.js";
import { readHistory } from "../rollout/history/read-history.js";
import { type DestinationOptions, openDestination } from "./destination.js";

/**
 * The last deployments of a target's service, the newest first.
 * @throws InputError
 */
export async function showHistory(options: DestinationOptions, count: number): Promise<DeploymentRecord[]> {
  if (!Number.isInteger(count) || count < 1 || count > 100) {
    throw new InputError("bad-count", `${count} deployments can't be shown. Accepted: a whole number from 1 to 100.`);
  }
  const { aws, target } = await openDestination(options);
  return await withDescribedErrors(
    readHistory({ aws, target, clock: systemClock, progress: (line) => console.log(neutral(line)) }, count),
  );
}
