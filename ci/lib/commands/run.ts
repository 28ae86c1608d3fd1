import { randomUUID } from "node:crypto";
import { readService } from "../ecs/service.js";
import { runCommand } from "../operate/run-command.js";
import { utcTime } from "../report/local-time.js";
import { checkRunId } from "../rollout/revisions/deploy-request.js";
import type { Activity } from "../rollout/session.js";
import { parseCommand } from "./command-words.js";
import { type DestinationOptions, openSession } from "./destination.js";
import { checkWhole } from "./whole-number.js";

interface RunArguments extends Activity {
  destination: DestinationOptions;
  command: string;
  container: string | undefined;
  timeoutMinutes: number;
  runId: string | undefined;
}

/**
 * Runs a command in a task of its own. Its log is shown as lines of the display.
 * @throws InputError when nothing ran.
 */
export async function runTaskOnce({ container, runId: given, ...options }: RunArguments) {
  const command = parseCommand(options.command);
  const timeoutSeconds = checkWhole("--timeout-minutes", options.timeoutMinutes, 1, 720) * 60;
  checkRunId(given);
  const { progress } = options;
  const session = await openSession(options.destination, options);
  const now = await readService(session.aws, session.target);
  const runId = given ?? randomUUID();
  progress(`Run id ${runId}: after an interruption the same command with --run-id ${runId} finds this task again.`);
  const wanted = { command, timeoutSeconds, runId, ...(container && { container }) };
  return await runCommand(session, now, wanted, ({ at, text }) => progress(`${utcTime(at)} │ ${text}`));
}
