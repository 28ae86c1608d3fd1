import type { TaskDefinitionRecord } from "../model/ecs-state.js";
import { type SchedulerContext, wake } from "./scheduler-context.js";

/** Deletes the revisions of DeleteTaskDefinitions once nothing references them: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-definition-state.html */
export function deleteDefinitions(context: SchedulerContext): void {
  for (const record of context.index.deleting) {
    const due = (record.deleteRequestedAt ?? context.now) + context.timing.taskDefinitionDeletion;
    wake(context, due);
    if (context.now < due || isNeeded(context, record)) continue;
    context.index.deleting.delete(record);
    delete context.state.taskDefinitions[record.arn];
    delete context.state.tags[record.arn];
    context.changed = true;
  }
}

function isNeeded({ state, index }: SchedulerContext, { arn }: TaskDefinitionRecord): boolean {
  if ([...index.live].some((task) => task.taskDefinition === arn)) return true;
  return Object.values(state.services).some(
    ({ status, taskDefinition, deployments, lastCompleted }) =>
      status !== "INACTIVE" &&
      [taskDefinition, lastCompleted?.taskDefinition, ...deployments.map((each) => each.taskDefinition)].includes(arn),
  );
}
