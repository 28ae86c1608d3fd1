import { consoleLinks } from "../ecs/console-links.js";
import { formatStatus } from "../report/status-text.js";
import { readStatus } from "../rollout/status.js";
import { type DestinationOptions, openDestination } from "./destination.js";
import { parseTimeZone } from "./time-zone.js";

/**
 * Describes what the target's service runs now.
 * @throws InputError
 */
export async function showStatus(options: DestinationOptions, zone: string | undefined): Promise<string> {
  const timeZone = parseTimeZone(zone);
  const { aws, target } = await openDestination(options);
  return formatStatus(await readStatus(aws, target), { timeZone, links: consoleLinks(target, aws.endpoint) });
}
