import type { Task } from "@aws-sdk/client-ecs";
import { chunksOf, readPages } from "../aws/paging.js";
import { abort, sdk } from "../aws/sdk.js";
import type { EcsContext } from "./context.js";
import type { TaskView } from "./snapshot.js";
import { taskView } from "./views.js";

/**
 * Reads all tasks of the service that ECS still returns. It lists both desired states, because a draining task has the desired status
 * STOPPED and still serves.
 * @param stopped Tasks that an earlier poll found STOPPED, by ARN. They no longer change, and ECS returns them for an hour, so they are
 * not described again. Newly stopped tasks are added.
 * @param known Tasks of the poll before. They are described also where neither list has one of them: the lists are read side by side, and a
 * task may move from one to the other in between.
 * @param isHurried True describes the known tasks while the lists are read. That is quicker where there are no new tasks, and costs one more
 * call where there are.
 */
export async function listTasks(
  context: EcsContext,
  stopped: Map<string, TaskView>,
  known: readonly TaskView[],
  isHurried: boolean,
): Promise<TaskView[]> {
  const live = known.map(({ arn }) => arn).filter((arn) => !stopped.has(arn));
  const [early, ...lists] = await Promise.all([
    isHurried ? describeTasks(context, stopped, live) : [],
    taskArns(context, "RUNNING"),
    taskArns(context, "STOPPED"),
  ]);
  const found = new Set(early.map(({ arn }) => arn));
  const others = [...new Set([...lists.flat(), ...(isHurried ? [] : live)])].filter((arn) => !found.has(arn));
  const past = others.flatMap((arn) => stopped.get(arn) ?? []);
  const unknown = others.filter((arn) => !stopped.has(arn));
  return [...past, ...early, ...(await describeTasks(context, stopped, unknown))];
}

/** Reads the views of these tasks. Newly stopped tasks are added to `stopped`. */
export async function describeTasks(
  context: EcsContext,
  stopped: Map<string, TaskView>,
  arns: readonly string[],
): Promise<TaskView[]> {
  const tasks = (await readTasks(context, arns)).map(taskView);
  for (const task of tasks) if (task.lastStatus === "STOPPED") stopped.set(task.arn, task);
  return tasks;
}

/** Reads these tasks as ECS returns them, a hundred in each call, side by side. */
export async function readTasks(context: EcsContext, arns: readonly string[]): Promise<Task[]> {
  const { cluster } = context.target;
  const pages = chunksOf(arns, 100).map(async (tasks) => {
    const command = new sdk.ecs.DescribeTasksCommand({ cluster, tasks });
    return (await context.aws.ecs.send(command, abort(context))).tasks ?? [];
  });
  return (await Promise.all(pages)).flat();
}

/** Lists the ARNs of the service's tasks of one desired status. */
export async function taskArns(context: EcsContext, desiredStatus: "RUNNING" | "STOPPED"): Promise<string[]> {
  const { cluster, service: serviceName } = context.target;
  return await readPages(async (nextToken) => {
    const input = { cluster, serviceName, desiredStatus, ...(nextToken && { nextToken }) };
    const page = await context.aws.ecs.send(new sdk.ecs.ListTasksCommand(input), abort(context));
    return { items: page.taskArns, nextToken: page.nextToken };
  });
}
