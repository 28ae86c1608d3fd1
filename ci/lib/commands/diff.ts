import { withDescribedErrors } from "../aws/describe-error.js";
import { systemClock } from "../common/clock.js";
import { readService } from "../ecs/service.js";
import { diffLive } from "../operate/live-diff.js";
import { diffJson, formatDiff } from "../report/diff-text.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openDestination } from "./destination.js";

/**
 * Shows what was changed on the service since the last release, as text or as JSON.
 * @throws InputError when no release is known.
 */
export async function showDiff(options: DestinationOptions, { progress }: Activity, asJson = false): Promise<string> {
  const { aws, target } = await openDestination(options);
  const now = await readService(aws, target);
  const diff = await withDescribedErrors(diffLive({ aws, target, clock: systemClock, progress }, now));
  return asJson ? diffJson(diff) : formatDiff(diff);
}
