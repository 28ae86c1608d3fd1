import { readStatus, type ServiceStatus } from "../rollout/status.js";
import { type DestinationOptions, openDestination } from "./destination.js";

/**
 * Reads what the target's service runs now.
 * @throws InputError
 */
export async function showStatus(options: DestinationOptions): Promise<ServiceStatus> {
  const { aws, target } = await openDestination(options);
  return await readStatus(aws, target);
}
