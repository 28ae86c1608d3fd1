import type { TaskDefinitionRecord } from "../model/ecs-state.js";
import { type World, wake } from "./scheduler-context.js";

/** Deletes the revisions of DeleteTaskDefinitions once nothing references them: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-definition-state.html */
export function deleteDefinitions(world: World): void {
  for (const record of world.roster.deleting) {
    const due = (record.deleteRequestedAt ?? world.now) + world.timing.taskDefinitionDeletion;
    wake(world, due);
    if (world.now < due || isNeeded(world, record)) continue;
    world.roster.deleting.delete(record);
    delete world.state.taskDefinitions[record.arn];
    delete world.state.tags[record.arn];
    world.changed = true;
  }
}

function isNeeded({ state, roster }: World, { arn }: TaskDefinitionRecord): boolean {
  if ([...roster.live].some((task) => task.taskDefinition === arn)) return true;
  return Object.values(state.services).some(
    ({ status, taskDefinition, deployments, lastCompleted }) =>
      status !== "INACTIVE" &&
      [taskDefinition, lastCompleted?.taskDefinition, ...deployments.map((each) => each.taskDefinition)].includes(arn),
  );
}
