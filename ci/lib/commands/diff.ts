import { withDescribedErrors } from "../aws/describe-error.js";
import { readService } from "../ecs/service.js";
import { diffLive } from "../operate/live-diff.js";
import { diffJson, formatDiff } from "../report/diff-text.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openSession } from "./destination.js";

/**
 * Shows what was changed on the service since the last release, as text or as JSON.
 * @throws InputError when no release is known.
 */
export async function showDiff(options: DestinationOptions, activity: Activity, asJson = false): Promise<string> {
  const session = await openSession(options, activity);
  const now = await readService(session.aws, session.target);
  const diff = await withDescribedErrors(diffLive(session, now));
  return asJson ? diffJson(diff) : formatDiff(diff);
}
