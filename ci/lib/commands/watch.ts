import { readUsualDuration, reportUsual } from "../rollout/history/usual-duration.js";
import type { RolloutResult } from "../rollout/result.js";
import { runWatch } from "../rollout/run-watch.js";
import type { Activity } from "../rollout/session.js";
import { parseWaitOptions } from "../rollout/watch/wait-options.js";
import { type DestinationOptions, openDestination, sessionOf, typed } from "./destination.js";
import { checkedUrls, checkUrl } from "./public-url.js";

export interface WatchArguments extends Activity {
  destination: DestinationOptions;
  /** Public URL of the service, in place of the target's. */
  url: string | undefined;
  timeoutMinutes: number | undefined;
}

/**
 * Watches the service's deployment in flight, or reports the last one. Changes nothing.
 * @throws InputError
 */
export async function watchDeployment(options: WatchArguments): Promise<RolloutResult> {
  const { url, timeoutMinutes, span } = options;
  checkUrl(url);
  const { timeoutMs } = parseWaitOptions({ timeoutMinutes });
  const destination = await span("resolve", () => openDestination(options.destination));
  const session = sessionOf(destination, options);
  reportUsual(session, await readUsualDuration(session));
  return await runWatch({
    ...session,
    ...typed(options.destination),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...checkedUrls(destination, url),
  });
}
