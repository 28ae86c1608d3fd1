import { InputError } from "../common/errors.js";
import { abortDeployment, checkHookId, continueDeployment, listWaiting } from "../rollout/hooks/continue-or-abort.js";
import type { Activity, Session } from "../rollout/session.js";
import { type DestinationOptions, openSession } from "./destination.js";

export interface HookOptions extends Activity {
  destination: DestinationOptions;
  /** Id of the hook; by default the only one that waits. */
  hook: string | undefined;
}

/**
 * Continues the deployment in flight at a hook that waits, or lists what waits.
 * @throws InputError
 */
export async function continueWaiting(options: HookOptions, list = false): Promise<string> {
  if (list && options.hook !== undefined) {
    throw new InputError(
      "hook-and-list",
      "--list can't be combined with --hook: it changes nothing. Pass one of them.",
    );
  }
  const session = await open(options);
  return `${await (list ? listWaiting(session) : continueDeployment(session, options.hook))}\n`;
}

/**
 * Rolls back the deployment in flight.
 * @throws InputError
 */
export async function abortInFlight(options: HookOptions): Promise<string> {
  return `${await abortDeployment(await open(options), options.hook)}\n`;
}

async function open({ destination, hook, ...activity }: HookOptions): Promise<Session> {
  checkHookId(hook);
  return await openSession(destination, activity);
}
