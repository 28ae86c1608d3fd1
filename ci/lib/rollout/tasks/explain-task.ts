import { describeTaskDefinition } from "../../aws/raw-task-definition.js";
import { type LogTail, logTail } from "../../ecs/log-tail.js";
import type { TaskView } from "../../ecs/snapshot.js";
import type { CauseRule } from "../diagnose/causes.js";
import { type Diagnosis, diagnose } from "../diagnose/diagnose.js";
import type { Session } from "../session.js";
import { ourReasons } from "./decide.js";
import type { TaskRun } from "./deploy-task.js";
import { readTask } from "./run-task.js";
import type { DeployTaskEnd, TaskFailure } from "./task-record.js";

/** Diagnosis of a failed deploy task, with the evidence that is still available. */
export interface TaskExplanation {
  diagnosis: Pick<Diagnosis, "title" | "evidence" | "fix">;
  log: LogTail;
}

/** Explains a failed task. ECS keeps the task for an hour and the log group keeps the log longer, so later calls have less evidence. */
export async function explainTask(
  session: Session,
  run: TaskRun,
  { task, how }: DeployTaskEnd & { state: "failed" },
): Promise<TaskExplanation> {
  return { diagnosis: diagnosisOf(session, run, how, await seen(session, task)), log: await logOf(session, run, task) };
}

function diagnosisOf(
  { target }: Session,
  run: TaskRun,
  how: TaskFailure,
  task: TaskView | undefined,
): TaskExplanation["diagnosis"] {
  const found = task && causeOf(target.container, task);
  const isSpecific =
    found && !["container-exits", "container-completes", "unknown"].includes(found.cause) && how !== "time-limit";
  const { title, fix } = isSpecific ? found : plain(run, target.container, how);
  return { title, fix, evidence: found?.evidence ?? [] };
}

/** Applies the rules for tasks of a rollout. A stop that we requested is no cause. */
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

function plain(run: TaskRun, container: string, how: TaskFailure): Pick<CauseRule, "title" | "fix"> {
  switch (how) {
    case "time-limit":
      return {
        title: `the command was not done within ${run.timeoutSeconds} s and was stopped`,
        fix: `Find what it waits for, or raise ${run.when === "run" ? "--timeout-minutes" : `"timeoutSeconds" of "${run.when}" in the target`}.`,
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

/** The task is only evidence: a failed read must not hide the known outcome. */
async function seen(session: Session, task: string): Promise<TaskView | undefined> {
  try {
    return await readTask(session, task);
  } catch {
    session.signal?.throwIfAborted();
    return undefined;
  }
}

async function logOf(session: Session, { revision }: TaskRun, task: string): Promise<LogTail> {
  try {
    const { taskDefinition } = await describeTaskDefinition(session.aws.ecs, revision, session.signal);
    return await logTail(session, taskDefinition, task);
  } catch (error) {
    session.signal?.throwIfAborted();
    return { unavailable: (error as Error).message };
  }
}
