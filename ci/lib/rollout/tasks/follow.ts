import { nameIn } from "../../common/aws-names.js";
import { SlipwayError, UNEXPECTED } from "../../common/errors.js";
import { neutral } from "../../common/foreign-text.js";
import type { TaskView } from "../../ecs/snapshot.js";
import { isPassing, retry } from "../calls/retry.js";
import type { Session } from "../session.js";
import { elapsed } from "../watch/elapsed.js";
import { type Decision, decide, ourReasons } from "./decide.js";
import { type TaskRun, taskName } from "./deploy-task.js";
import { readTask, stopTask } from "./run-task.js";

/** Waiting times, in milliseconds. */
const patience = {
  /** For a started task to be listed by ECS. */
  missing: 30_000,
  /** For the other containers to end by themselves after the named one. */
  others: 5000,
  /** For the reasons of a failure, which ECS returns with the task's end. */
  evidence: 60_000,
  /** For a task to end after StopTask: its containers have at most two minutes. */
  stop: 300_000,
};

/**
 * Watches a task to its end, and stops it at its time limit.
 * @param startedAt When it was started, on our clock.
 * @returns undefined when ECS no longer returns the task.
 * @throws SlipwayError when it can't be watched: it continues in ECS.
 */
export async function follow(
  session: Session,
  run: TaskRun,
  task: string,
  startedAt: number,
): Promise<Decision | undefined> {
  const { clock, target } = session;
  const deadline = startedAt + run.timeoutSeconds * 1000;
  const beganAt = clock.now();
  const report = stateReporter(session, startedAt);
  let movedAt = beganAt;
  let seenAt: number | undefined;
  let endedAt: number | undefined;
  let stoppedAt: number | undefined;
  for (;;) {
    const view = await patiently(session, run, () => readTask(session, task));
    const now = clock.now();
    if (view && report(view)) movedAt = now;
    if (view) seenAt = now;
    else if (now - (seenAt ?? beganAt) >= patience.missing) return undefined;
    const decision = view && decide(view, target.container);
    if (view && decision) {
      endedAt ??= now;
      if (isSettled(view, decision, now - endedAt)) {
        if (view.desiredStatus === "RUNNING") await patiently(session, run, () => stop(session, task, "ended"));
        return decision;
      }
    } else if (now >= deadline && stoppedAt === undefined) {
      session.progress(`${taskName(run)} is not done after ${run.timeoutSeconds} s, its time limit: stopping it.`);
      await patiently(session, run, () => stop(session, task, "timeLimit"));
      stoppedAt = now;
    }
    if (stoppedAt !== undefined && now - stoppedAt >= patience.stop) return { state: "failed", how: "time-limit" };
    await clock.sleep(pause(now, movedAt, deadline), session.signal);
  }
}

/** Returns true when the decision can be returned: a success at once, a failure once ECS returns its reasons. */
function isSettled({ desiredStatus, lastStatus }: TaskView, { state }: Decision, waited: number): boolean {
  if (desiredStatus === "RUNNING") return waited >= patience.others;
  return state === "done" || lastStatus === "STOPPED" || waited >= patience.evidence;
}

function stop(session: Session, task: string, why: keyof typeof ourReasons): Promise<void> {
  return stopTask(session, task, ourReasons[why]);
}

/** Returns the time to the next poll: it grows while nothing changes, and ends at the deadline. */
function pause(now: number, movedAt: number, deadline: number): number {
  const pace = Math.min(5000, Math.max(1000, now - movedAt));
  return now < deadline ? Math.min(pace, deadline - now) : pace;
}

/** Reports each state of the task once. */
function stateReporter({ clock, progress }: Session, startedAt: number): (task: TaskView) => boolean {
  let reported = "";
  return ({ arn, lastStatus, stoppedReason }) => {
    const state = `${lastStatus}${stoppedReason ? ` (${stoppedReason})` : ""}`;
    if (state === reported) return false;
    reported = state;
    progress(`${elapsed(clock.now() - startedAt)} task ${nameIn(arn).slice(0, 8)}: ${state}`);
    return true;
  };
}

function patiently<T>(session: Session, run: TaskRun, call: () => Promise<T>): Promise<T> {
  return retry(session, "the read of the task", call, (error, times) =>
    isPassing(error) && times <= 8 ? undefined : blind(run, error),
  );
}

function blind(run: TaskRun, cause: Error): SlipwayError {
  return new SlipwayError(
    cause instanceof SlipwayError ? cause.code : "task-watch-broken",
    UNEXPECTED,
    `${taskName(run)} can't be watched any longer: ${neutral(cause.message)} It continues in ECS. Run the same command again: it finds the task and waits for its end.`,
    { cause },
  );
}
