import { readChunks, readPages } from "../aws/paging.js";
import { abort, sdk } from "../aws/sdk.js";
import type { EcsContext } from "./context.js";
import type { TaskView } from "./snapshot.js";
import { taskView } from "./views.js";

/**
 * Reads all tasks of the service that ECS still returns. It lists both desired states, because a draining task has the desired status
 * STOPPED and still serves.
 * @param stopped Tasks that an earlier poll found STOPPED, by ARN. They no longer change, and ECS returns them for an hour, so they are
 * not described again. Newly stopped tasks are added.
 */
export async function listTasks(context: EcsContext, stopped: Map<string, TaskView>): Promise<TaskView[]> {
  // A set: a task that is stopped between the two calls is in both answers.
  const arns = [...new Set([...(await taskArns(context, "RUNNING")), ...(await taskArns(context, "STOPPED"))])];
  const missing = arns.filter((arn) => !stopped.has(arn));
  const described = await readChunks(missing, 100, async (tasks) => {
    const command = new sdk.ecs.DescribeTasksCommand({ cluster: context.target.cluster, tasks });
    return (await context.aws.ecs.send(command, abort(context))).tasks?.map(taskView);
  });
  const tasks = [...arns.flatMap((arn) => stopped.get(arn) ?? []), ...described];
  for (const task of tasks) if (task.lastStatus === "STOPPED") stopped.set(task.arn, task);
  return tasks;
}

async function taskArns(context: EcsContext, desiredStatus: "RUNNING" | "STOPPED"): Promise<string[]> {
  const { cluster, service: serviceName } = context.target;
  return await readPages(async (nextToken) => {
    const input = { cluster, serviceName, desiredStatus, ...(nextToken && { nextToken }) };
    const page = await context.aws.ecs.send(new sdk.ecs.ListTasksCommand(input), abort(context));
    return { items: page.taskArns, nextToken: page.nextToken };
  });
}
