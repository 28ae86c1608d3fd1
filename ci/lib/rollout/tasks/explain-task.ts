import { describeTaskDefinition } from "../../aws/raw-task-definition.js";
import type { TaskView } from "../../ecs/snapshot.js";
import type { CauseRule } from "../diagnose/causes.js";
import { type Diagnosis, diagnose } from "../diagnose/diagnose.js";
import { type LogTail, logTail } from "../diagnose/log-tail.js";
import type { Session } from "../session.js";
import { ourReasons } from "./decide.js";
import type { DeployTaskRun } from "./deploy-task.js";
import { readTask } from "./run-task.js";
import type { DeployTaskEnd, TaskFailure } from "./task-record.js";

/** Why a one-off task failed: its own line, with whatever evidence there still is. */
export interface TaskExplanation {
  diagnosis: Pick<Diagnosis, "title" | "evidence" | "fix">;
  log: LogTail;
}

/** The same words each time it is asked for, with what ECS and the log still tell of the task: the first for an hour, the second as long as the log is kept. */
export async function explainTask(
  session: Session,
  run: DeployTaskRun,
  { task, how }: DeployTaskEnd & { state: "failed" },
): Promise<TaskExplanation> {
  return { diagnosis: diagnosisOf(session, run, how, await seen(session, task)), log: await logOf(session, run, task) };
}

function diagnosisOf(
  { target }: Session,
  run: DeployTaskRun,
  how: TaskFailure,
  task: TaskView | undefined,
): TaskExplanation["diagnosis"] {
  const told = task && causeOf(target.container, task);
  const isTold =
    told && !["container-exits", "container-completes", "unknown"].includes(told.cause) && how !== "time-limit";
  const { title, fix } = isTold ? told : plain(run, target.container, how);
  return { title, fix, evidence: told?.evidence ?? [] };
}

/** By the rules for the tasks of a rollout; that we have stopped it ourselves is no cause. */
function causeOf(container: string, task: TaskView): Diagnosis {
  const { stopCode, stoppedReason, ...rest } = task;
  const isOurs = Object.values<string | undefined>(ourReasons).includes(stoppedReason);
  const stop = isOurs
    ? {}
    : { ...(stopCode !== undefined && { stopCode }), ...(stoppedReason !== undefined && { stoppedReason }) };
  const service = { status: "", desiredCount: 0, runningCount: 0, pendingCount: 0, deployments: [], events: [] };
  const ended: TaskView = { ...rest, ...stop, desiredStatus: "STOPPED" };
  return diagnose({ taskDefinition: task.taskDefinition, container, digests: [], registeredAt: 0, deadline: 0 }, [
    { at: 0, tasksAt: 0, service, tasks: [ended] },
  ]);
}

function plain(run: DeployTaskRun, container: string, how: TaskFailure): Pick<CauseRule, "title" | "fix"> {
  switch (how) {
    case "time-limit":
      return {
        title: `the command was not done within ${run.timeoutSeconds} s and was stopped`,
        fix: `Find out what it waits for, or raise "timeoutSeconds" of "${run.when}" in the target.`,
      };
    case "stopped":
      return {
        title: "the task was stopped from outside before its command was done",
        fix: "Find the caller of StopTask in AWS CloudTrail.",
      };
    case "not-started":
      return {
        title: `container ${container} has not started`,
        fix: "Read the reason that ECS gives, if there still is one.",
      };
    default:
      return {
        title: `the command ended with ${how.replace("-", " code ")}`,
        fix: "Read the log's end: it is the command's own failure.",
      };
  }
}

/** It is only evidence: whatever keeps it from being read must not hide what is known. */
async function seen(session: Session, task: string): Promise<TaskView | undefined> {
  try {
    return await readTask(session, task);
  } catch {
    session.signal?.throwIfAborted();
    return undefined;
  }
}

async function logOf(session: Session, { revision }: DeployTaskRun, task: string): Promise<LogTail> {
  try {
    const { taskDefinition } = await describeTaskDefinition(session.aws.ecs, revision, session.signal);
    return await logTail(session, taskDefinition, task);
  } catch (error) {
    session.signal?.throwIfAborted();
    return { unavailable: (error as Error).message };
  }
}
