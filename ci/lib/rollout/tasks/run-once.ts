import type { Service } from "@aws-sdk/client-ecs";
import { abort, sdk } from "../../aws/sdk.js";
import { nameIn } from "../../common/aws-names.js";
import { REFUSED, SlipwayError } from "../../common/errors.js";
import { sendOnce } from "../calls/send-once.js";
import type { Session } from "../session.js";
import { elapsed } from "../watch/elapsed.js";
import { type DeployTaskRun, taskName } from "./deploy-task.js";
import { follow } from "./follow.js";
import { findTask, runTask } from "./run-task.js";
import { type DeployTaskEnd, type DeployTaskRecord, formatRecord, recordTag } from "./task-record.js";

/** Outcome of a deploy task; `unknown` where it may have run and its outcome can't be read. */
export type DeployTaskOutcome = DeployTaskEnd | { state: "unknown"; known: string };

/**
 * Runs a deploy task, or returns its outcome when it has run: from the record on its revision, or from the task while ECS still returns
 * it. The task never runs twice: an outcome that can't be read is returned as unknown.
 * @param record The record on the revision; undefined when there is none.
 */
export async function runOnce(
  session: Session,
  service: Service,
  run: DeployTaskRun,
  record: DeployTaskRecord | undefined,
): Promise<DeployTaskOutcome> {
  if (record?.state === "done" || record?.state === "failed") return record;
  if (record?.state === "unreadable") return unknown(`its tag is ${JSON.stringify(record.text)}`);
  const { task, startedAt } =
    record?.state === "started"
      ? await findAgain(session, service, run, record.at)
      : await begin(session, service, run, session.clock.now());
  if (task === undefined) return unknown(`it was started at ${timeOf(startedAt)}, and ECS returns no such task now`);
  session.progress(
    `${taskName(run)}: ${nameIn(task)}, ${JSON.stringify(run.command)}, at most ${run.timeoutSeconds} s.`,
  );
  const decision = await follow(session, run, task, startedAt);
  if (!decision)
    return unknown(`it was started at ${timeOf(startedAt)} as ${nameIn(task)}, which ECS does not list now`);
  const end: DeployTaskEnd = { ...decision, at: session.clock.now(), task: nameIn(task) };
  await writeRecord(session, run, end);
  session.progress(
    `${elapsed(end.at - startedAt)} ${taskName(run).toLowerCase()} ${end.state === "done" ? "has succeeded" : "has failed"}.`,
  );
  return end;
}

/**
 * Time for which RunTask with the same client token certainly starts no second task, in milliseconds. ECS keeps a token for 24 hours, or
 * until an hour after the task's end where that is sooner
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html), so at least for an hour from the start; a quarter of
 * it is a margin for clock differences.
 */
const tokenKept = 45 * 60_000;

/** A started task, and the latest time of its start, from which its time limit counts. */
interface Begun {
  /** ARN; undefined where ECS returns no such task. */
  task: string | undefined;
  startedAt: number;
}

/** Writes the record before it starts the task: after an interrupted call the record shows that the task may have run. */
async function begin(session: Session, service: Service, run: DeployTaskRun, at: number): Promise<Begun> {
  await writeRecord(session, run, { state: "started", at });
  try {
    return { task: await runTask(session, service, run), startedAt: at };
  } catch (error) {
    if (error instanceof SlipwayError && error.exitCode === REFUSED) await markRefused(session, run);
    throw error;
  }
}

async function markRefused(session: Session, run: DeployTaskRun): Promise<void> {
  try {
    await writeRecord(session, run, { state: "refused", at: session.clock.now() });
  } catch {
    // The user needs the reason of the refusal; without the record the next call finds that nothing ran.
    session.signal?.throwIfAborted();
  }
}

/** A task that ECS does not return although it would still keep it has not run: it is started now, with its full time limit. */
async function findAgain(session: Session, service: Service, run: DeployTaskRun, startedAt: number): Promise<Begun> {
  session.progress(`${taskName(run)} was started at ${timeOf(startedAt)} by an earlier call: searching for it.`);
  const task = await findTask(session, run);
  const now = session.clock.now();
  return task !== undefined || now - startedAt >= tokenKept
    ? { task, startedAt }
    : await begin(session, service, run, now);
}

function unknown(known: string): DeployTaskOutcome {
  return { state: "unknown", known };
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

/** Writes the state of a deploy task to its revision. A repetition has no further effect, so the SDK's retries stay on. */
async function writeRecord(
  session: Session,
  { when, revision }: DeployTaskRun,
  record: Exclude<DeployTaskRecord, { state: "unreadable" }>,
): Promise<void> {
  const tags = [{ key: recordTag[when], value: formatRecord(record) }];
  const command = new sdk.ecs.TagResourceCommand({ resourceArn: revision, tags });
  await sendOnce(session, "TagResource", () => session.aws.ecs.send(command, abort(session)));
}
