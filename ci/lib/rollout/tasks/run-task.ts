import type { ConflictException, RunTaskCommandInput, Service } from "@aws-sdk/client-ecs";
import { abort, sdk } from "../../aws/sdk.js";
import { InputError } from "../../common/errors.js";
import type { TaskView } from "../../ecs/snapshot.js";
import { taskView } from "../../ecs/views.js";
import { LostAnswer, sendOnce } from "../calls/send-once.js";
import { ruleFor } from "../diagnose/causes.js";
import { placementRules } from "../diagnose/placement-causes.js";
import type { Session } from "../session.js";
import { overridesOf, type TaskRun, taskName } from "./deploy-task.js";
import { launchOf } from "./launch.js";

/**
 * Starts the task where the service's own tasks run, or finds the one that the same call started before: ECS keeps the client token, so
 * a repetition after a lost answer starts no second task.
 * @returns Its ARN.
 * @throws InputError when ECS refuses it or has no place for it: nothing runs. LostAnswer when it does not answer.
 */
export async function runTask(session: Session, service: Service, run: TaskRun): Promise<string> {
  const command = new sdk.ecs.RunTaskCommand(inputOf(session, service, run));
  for (let times = 1; ; times++) {
    try {
      const answer = await sendOnce(session, "RunTask", () => session.aws.ecs.send(command, abort(session)));
      const arn = answer.tasks?.[0]?.taskArn;
      if (arn !== undefined) return arn;
      throw noPlace(
        run,
        answer.failures?.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(": ") || "no reason given"),
      );
    } catch (error) {
      const taken = tasksOfConflict(error);
      if (taken !== undefined) return taken;
      if (!(error instanceof LostAnswer) || times === tries) throw error;
      session.progress("RunTask was not answered: sending it again with the same client token.");
    }
  }
}

const tries = 3;

/** Returns the input of RunTask with the launch settings of the service's own tasks. */
function inputOf({ target }: Session, service: Service, run: TaskRun): RunTaskCommandInput {
  return {
    cluster: target.cluster,
    taskDefinition: run.revision,
    clientToken: run.clientToken,
    startedBy: run.startedBy,
    overrides: overridesOf(target, run),
    ...launchOf(service),
  };
}

/** Returns the task that used the token before with other members, for example when the command in the target has changed since. */
function tasksOfConflict(error: unknown): string | undefined {
  const cause = (error as Error).cause as Partial<ConflictException> | undefined;
  return cause?.name === "ConflictException" ? cause.resourceIds?.[0] : undefined;
}

function noPlace(run: TaskRun, reasons: string[] | undefined): InputError {
  const text = reasons?.map((reason) => reason.replace(/\.$/, "")).join("; ") || "ECS gives no reason";
  const { fix = "Run the same command again when there is room for it." } = ruleFor(placementRules, text) ?? {};
  return new InputError("task-not-placed", `${taskName(run)} could not be started: ${text}. Nothing ran. ${fix}`);
}

/** Finds the task by its `startedBy`, in any state. ECS returns a stopped task for about an hour. */
export async function findTask(session: Session, { startedBy }: TaskRun): Promise<string | undefined> {
  for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
    const command = new sdk.ecs.ListTasksCommand({ cluster: session.target.cluster, startedBy, desiredStatus });
    const { taskArns } = await session.aws.ecs.send(command, abort(session));
    if (taskArns?.[0] !== undefined) return taskArns[0];
  }
  return undefined;
}

/** @param task An id or an ARN. @returns undefined while ECS does not return it yet, or no longer does. */
export async function readTask(session: Session, task: string): Promise<TaskView | undefined> {
  const command = new sdk.ecs.DescribeTasksCommand({ cluster: session.target.cluster, tasks: [task] });
  const { tasks } = await session.aws.ecs.send(command, abort(session));
  return tasks?.[0] && taskView(tasks[0]);
}

export async function stopTask(session: Session, task: string, reason: string): Promise<void> {
  const command = new sdk.ecs.StopTaskCommand({ cluster: session.target.cluster, task, reason });
  await session.aws.ecs.send(command, abort(session));
}
