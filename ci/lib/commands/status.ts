import { formatStatus } from "../report/status-text.js";
import { readStatus } from "../rollout/status.js";
import { type DestinationOptions, openDestination } from "./destination.js";

/**
 * Describes what the target's service runs now.
 * @throws InputError
 */
export async function showStatus(options: DestinationOptions): Promise<string> {
  const { aws, target } = await openDestination(options);
  return formatStatus(await readStatus(aws, target));
}
