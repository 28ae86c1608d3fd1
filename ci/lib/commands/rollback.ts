import { writeAudit } from "../audit/write-audit.js";
import { readUsualDuration, reportUsual } from "../rollout/history/usual-duration.js";
import { parseDeploySettings } from "../rollout/plan/deploy-settings.js";
import type { RolloutResult } from "../rollout/result.js";
import { runRollback } from "../rollout/run-rollback.js";
import type { Activity } from "../rollout/session.js";
import { parseWaitOptions, type WaitArguments } from "../rollout/watch/wait-options.js";
import { type DestinationOptions, openDestination, sessionOf, typed } from "./destination.js";
import { openNotifier } from "./notifications.js";
import { checkedUrls, checkUrl, gateUrls } from "./public-url.js";

export interface RollbackArguments extends Activity {
  destination: DestinationOptions;
  /** A version or a revision, in place of the last one that succeeded. */
  to: string | undefined;
  /** Public URL of the service, in place of the target's. */
  url: string | undefined;
  /** Ids of preflight findings to ignore. */
  ignore: string[] | undefined;
  /** Time limit of the rollback, and the actions that are allowed meanwhile. */
  patience: WaitArguments;
}

/**
 * Rolls the service back to the last release that ran successfully, and returns the result.
 * @throws InputError when it is refused before the service is changed.
 */
export async function rollback({ to, url, ignore, ...options }: RollbackArguments): Promise<RolloutResult> {
  checkUrl(url);
  const settings = parseDeploySettings({ ignore });
  const patience = parseWaitOptions(options.patience);
  const destination = await options.span("resolve", async () => {
    const opened = await openDestination(options.destination);
    return { ...opened, ...(await openNotifier(options.destination, opened)) };
  });
  const session = sessionOf(destination, options);
  reportUsual(session, await readUsualDuration(session));
  const result = await runRollback({
    ...session,
    settings,
    ...patience,
    ...typed(options.destination),
    ...checkedUrls(destination, url),
    ...gateUrls(destination, url),
    ...(to !== undefined && { to }),
    ...(destination.listener && { listener: destination.listener }),
  });
  await writeAudit(session, result, { verb: "rollback", caller: destination.caller });
  return result;
}
