import { systemClock } from "./clock.js";
import { type DestinationOptions, openDestination } from "./destination.js";
import { InputError } from "./errors.js";
import { neutral } from "./foreign-text.js";
import { unchanged } from "./rollout/ecs/unchanged.js";
import type { Past } from "./rollout/history/entry.js";
import { history } from "./rollout/history/history.js";

/**
 * The last deployments of a target's service, the newest first.
 * @throws InputError
 */
export async function showHistory(options: DestinationOptions, count: number): Promise<Past[]> {
  if (!Number.isInteger(count) || count < 1 || count > 100) {
    throw new InputError("bad-count", `${count} deployments can't be shown. Accepted: a whole number from 1 to 100.`);
  }
  const { aws, target } = await openDestination(options);
  return await unchanged(
    history({ aws, target, clock: systemClock, progress: (line) => console.log(neutral(line)) }, count),
  );
}
