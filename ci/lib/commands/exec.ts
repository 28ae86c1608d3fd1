import { withDescribedErrors } from "../aws/describe-error.js";
import { systemClock } from "../common/clock.js";
import { readService } from "../ecs/service.js";
import { type ExecChoice, execCommand } from "../operate/exec-command.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openDestination } from "./destination.js";

/**
 * Returns the command of the AWS CLI that opens a shell in a task.
 * @throws InputError when no task can take it.
 */
export async function showExec(
  options: DestinationOptions,
  choice: ExecChoice,
  { progress }: Activity,
): Promise<string> {
  const { aws, target } = await openDestination(options);
  const now = await readService(aws, target);
  return await withDescribedErrors(execCommand({ aws, target, clock: systemClock, progress }, now, choice));
}
