import { sdk } from "../aws/sdk.js";
import { abort } from "../aws/send-options.js";
import type { EcsContext } from "./context.js";
import type { TaskView } from "./snapshot.js";
import { taskView } from "./views.js";

/**
 * All tasks of the service that ECS still tells of. ListTasks is asked for both desired states, because an old task that drains
 * has the desired status STOPPED while it still serves.
 * @param stopped Tasks that were STOPPED at an earlier look, by ARN: nothing of them changes any more, and ECS tells of them for an
 * hour, so they are not asked for again. What is found so is added.
 */
export async function listTasks(context: EcsContext, stopped: Map<string, TaskView>): Promise<TaskView[]> {
  // A set: a task that is stopped between the two calls is in both answers.
  const arns = [...new Set([...(await taskArns(context, "RUNNING")), ...(await taskArns(context, "STOPPED"))])];
  const tasks = arns.flatMap((arn) => stopped.get(arn) ?? []);
  const asked = arns.filter((arn) => !stopped.has(arn));
  for (let from = 0; from < asked.length; from += 100) {
    const command = new sdk.ecs.DescribeTasksCommand({
      cluster: context.target.cluster,
      tasks: asked.slice(from, from + 100),
    });
    const answer = await context.aws.ecs.send(command, abort(context));
    tasks.push(...(answer.tasks ?? []).map(taskView));
  }
  for (const task of tasks) if (task.lastStatus === "STOPPED") stopped.set(task.arn, task);
  return tasks;
}

async function taskArns(context: EcsContext, desiredStatus: "RUNNING" | "STOPPED"): Promise<string[]> {
  const { cluster, service: serviceName } = context.target;
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const command = new sdk.ecs.ListTasksCommand({
      cluster,
      serviceName,
      desiredStatus,
      ...(nextToken && { nextToken }),
    });
    const page = await context.aws.ecs.send(command, abort(context));
    arns.push(...(page.taskArns ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return arns;
}
