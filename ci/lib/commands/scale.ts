import { readService } from "../ecs/service.js";
import { scale } from "../operate/scale.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openSession } from "./destination.js";
import { checkWhole } from "./whole-number.js";

interface ScaleArguments extends Activity {
  destination: DestinationOptions;
  count: number;
  timeoutMinutes: number;
}

/** Quota of ECS for the tasks of one service: https://docs.aws.amazon.com/general/latest/gr/ecs-service.html */
const mostTasks = 5_000;

/**
 * Sets the number of the service's tasks and waits until the service is steady.
 * @throws InputError
 */
export async function scaleService({ count, timeoutMinutes, ...options }: ScaleArguments): Promise<string> {
  checkWhole("--count", count, 0, mostTasks);
  const timeoutMs = checkWhole("--timeout-minutes", timeoutMinutes, 1, 720) * 60_000;
  const session = await openSession(options.destination, options);
  const now = await readService(session.aws, session.target);
  return await scale(session, now, { count, timeoutMs });
}
