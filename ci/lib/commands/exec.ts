import { withDescribedErrors } from "../aws/describe-error.js";
import { readService } from "../ecs/service.js";
import { type ExecChoice, execCommand } from "../operate/exec-command.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openSession } from "./destination.js";

/**
 * Returns the command of the AWS CLI that opens a shell in a task.
 * @throws InputError when no task can take it.
 */
export async function showExec(options: DestinationOptions, choice: ExecChoice, activity: Activity): Promise<string> {
  const session = await openSession(options, activity);
  const now = await readService(session.aws, session.target);
  return await withDescribedErrors(execCommand(session, now, choice));
}
