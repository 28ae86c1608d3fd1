import { createHash } from "node:crypto";
import { describeTaskDefinition } from "../aws/raw-task-definition.js";
import { nameIn } from "../common/aws-names.js";
import type { Clock } from "../common/clock.js";
import { SlipwayError, UNEXPECTED } from "../common/errors.js";
import { type LogLine, logReader } from "../ecs/log-stream.js";
import { logPlaceOf } from "../ecs/log-tail.js";
import type { CurrentService } from "../ecs/service.js";
import { causeLines } from "../rollout/diagnose/diagnosis-text.js";
import type { Session } from "../rollout/session.js";
import type { TaskRun } from "../rollout/tasks/deploy-task.js";
import { explainTask } from "../rollout/tasks/explain-task.js";
import { follow } from "../rollout/tasks/follow.js";
import { findTask, readTask, runTask } from "../rollout/tasks/run-task.js";
import type { TaskFailure } from "../rollout/tasks/task-record.js";
import { verdicts } from "../rollout/verdicts.js";
import { elapsed } from "../rollout/watch/elapsed.js";
import { checkContainer } from "./check-container.js";

export interface RunCommandOptions {
  command: readonly string[];
  /** The target's container where it is absent. */
  container?: string;
  timeoutSeconds: number;
  /** The same id and command find the same task. */
  runId: string;
}

/** Milliseconds between two reads of the log. */
const pace = 2_000;
/** Reads after the task's end: its last lines reach CloudWatch Logs some seconds later. */
const lastReads = 3;

/**
 * Runs a command in a task of its own, or finds the task of an earlier call with the same run id, and watches it to its end.
 * @returns A text, and the command's exit code; 7 when its time was over, 4 when it was stopped or did not start.
 * @throws InputError when nothing ran; SlipwayError when the outcome is unknown.
 */
export async function runCommand(
  given: Session,
  { service, current }: CurrentService,
  options: RunCommandOptions,
  show: (line: LogLine) => void,
): Promise<{ text: string; exitCode: number }> {
  const { container = given.target.container, command, timeoutSeconds } = options;
  checkContainer(current, container);
  const session: Session = { ...given, target: { ...given.target, container } };
  const { clock, progress } = session;
  const run = taskRun(session, String(current.taskDefinition.taskDefinitionArn), options);
  const found = await findTask(session, run);
  const startedAt = clock.now();
  const task = found ?? (await runTask(session, service, run));
  const name = nameIn(task);
  progress(
    found === undefined
      ? `Started task ${name} of ${nameIn(run.revision)}: ${JSON.stringify(command)}, at most ${timeoutSeconds} s.`
      : `Found task ${name} of an earlier call with this run id.`,
  );
  const decision = await streaming(session, await readerOf(session, run, task), show, () =>
    follow(session, run, task, startedAt),
  );
  const time = elapsed(clock.now() - startedAt).slice(1);
  if (!decision) throw unknownOutcome(name, options.runId);
  if (decision.state === "done") return { text: `Task ${name} ended with exit code 0 after ${time}.\n`, exitCode: 0 };
  const outcome = { ...decision, task: name, at: clock.now() };
  const { diagnosis } = await explainTask(session, run, outcome);
  const ended = `Task ${name} ${endOf(decision.how)} after ${time}.`;
  return { text: `${[ended, "", ...causeLines(diagnosis)].join("\n")}\n`, exitCode: exitCodeOf(decision.how) };
}

function taskRun(
  { target }: Session,
  revision: string,
  { command, timeoutSeconds, runId }: RunCommandOptions,
): TaskRun {
  const { account, region, cluster, service, container } = target;
  // Without the revision: after a deploy the same run id still finds its task.
  const clientToken = createHash("sha256")
    .update(JSON.stringify(["run", account, region, cluster, service, container, command, runId]))
    .digest("hex");
  const startedBy = `slipway/run/${clientToken.slice(0, 32)}`;
  return { when: "run", command, timeoutSeconds, revision, clientToken, startedBy };
}

/** @returns undefined where the log can't be read; a line of the progress has the reason. */
async function readerOf(session: Session, run: TaskRun, task: string): Promise<(() => Promise<LogLine[]>) | undefined> {
  const view = await readTask(session, task);
  const revision = view?.taskDefinition || run.revision;
  const { taskDefinition } = await describeTaskDefinition(session.aws.ecs, revision, session.signal);
  const place = logPlaceOf(session, taskDefinition, task, session.target.container);
  if (!("unavailable" in place)) return logReader(session, place, 0, 10_000);
  session.progress(`The task's log is not shown: ${place.unavailable}.`);
  return undefined;
}

/** Shows the log while `work` runs. A log that can't be read must not hide the command's outcome. */
async function streaming<T>(
  session: Session,
  read: (() => Promise<LogLine[]>) | undefined,
  show: (line: LogLine) => void,
  work: () => Promise<T>,
): Promise<T> {
  if (!read) return await work();
  const { clock, progress } = session;
  let reason: string | undefined;
  const poll = async () => {
    if (reason !== undefined) return;
    try {
      for (const line of await read()) show(line);
    } catch (error) {
      session.signal?.throwIfAborted();
      reason = (error as Error).message;
      progress(`The task's log is not shown: ${reason}`);
    }
  };
  const ended = new AbortController();
  const polling = pollUntil(clock, ended.signal, poll);
  try {
    const result = await work();
    ended.abort();
    await polling;
    for (let reads = 0; reads < lastReads; reads++) {
      await clock.sleep(pace, session.signal);
      await poll();
    }
    return result;
  } finally {
    ended.abort();
    await polling;
  }
}

async function pollUntil(clock: Clock, ended: AbortSignal, poll: () => Promise<void>): Promise<void> {
  while (!ended.aborted) {
    await poll();
    await clock.sleep(pace, ended).catch(() => {});
  }
}

function endOf(how: TaskFailure): string {
  switch (how) {
    case "time-limit":
      return "was stopped at its time limit";
    case "stopped":
      return "was stopped from outside";
    case "not-started":
      return "did not start";
    default:
      return `ended with exit code ${how.slice("exit-".length)}`;
  }
}

function exitCodeOf(how: TaskFailure): number {
  if (how === "time-limit") return verdicts["timed-out"].exitCode;
  if (how === "stopped" || how === "not-started") return verdicts.failed.exitCode;
  // Windows has codes beyond those of a process on Linux.
  const code = Number(how.slice("exit-".length));
  return code >= 1 && code <= 255 ? code : verdicts.failed.exitCode;
}

function unknownOutcome(task: string, runId: string): SlipwayError {
  return new SlipwayError(
    "run-unknown",
    UNEXPECTED,
    `ECS no longer returns task ${task} of run id ${runId}: it may have run, and its exit code is not known. Read its log: logs --task ${task} --since 2h.`,
  );
}
