import type { EcsState, TaskDefinitionRecord, TaskRecord } from "../model/ecs-state.js";

/**
 * The tasks of a state, parted by whether anything can still happen to them. ECS tells of a task for an hour after its end: in a service
 * whose tasks keep failing those are hundreds, and each of the scheduler's steps is to cost as much as the few that are left.
 */
export interface StateIndex {
  /** In the order in which they were made. */
  live: Set<TaskRecord>;
  /** STOPPED, in the order in which they ended, and so in which they are forgotten. */
  ended: Set<TaskRecord>;
  /** Task definitions that are being deleted. */
  deleting: Set<TaskDefinitionRecord>;
}

export function indexState(state: EcsState): StateIndex {
  const tasks = Object.values(state.tasks);
  const hasEnded = (task: TaskRecord) => task.lastStatus === "STOPPED";
  const ended = tasks.filter(hasEnded).sort((a, b) => (a.due ?? 0) - (b.due ?? 0));
  const definitions = Object.values(state.taskDefinitions);
  return {
    live: new Set(tasks.filter((task) => !hasEnded(task))),
    ended: new Set(ended),
    deleting: new Set(definitions.filter(({ status }) => status === "DELETE_IN_PROGRESS")),
  };
}
