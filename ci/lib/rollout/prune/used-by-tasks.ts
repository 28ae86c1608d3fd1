import { chunksOf, readPages } from "../../aws/paging.js";
import { abort, sdk } from "../../aws/sdk.js";
import { taskId } from "../../ecs/snapshot.js";
import type { Session } from "../session.js";
import type { RevisionUses } from "./revision-uses.js";

/** Adds the revisions of the family's unfinished tasks: also of draining ones, which ECS lists as STOPPED. */
export async function addTasks(session: Session, uses: RevisionUses, clusters: readonly string[]): Promise<void> {
  for (const cluster of clusters) {
    const arns = new Set<string>();
    for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
      for (const arn of await list(session, cluster, uses.family, desiredStatus)) arns.add(arn);
    }
    for (const tasks of chunksOf([...arns], 100)) {
      const command = new sdk.ecs.DescribeTasksCommand({ cluster, tasks });
      const answer = await session.aws.ecs.send(command, abort(session));
      for (const task of answer.tasks ?? []) {
        if (task.lastStatus !== "STOPPED")
          uses.add(task.taskDefinitionArn, `task ${taskId(task.taskArn ?? "")} runs it`);
      }
    }
  }
}

function list(session: Session, cluster: string, family: string, desiredStatus: "RUNNING" | "STOPPED") {
  return readPages(async (nextToken) => {
    const command = new sdk.ecs.ListTasksCommand({ cluster, family, desiredStatus, ...(nextToken && { nextToken }) });
    const page = await session.aws.ecs.send(command, abort(session));
    return { items: page.taskArns, nextToken: page.nextToken };
  });
}
