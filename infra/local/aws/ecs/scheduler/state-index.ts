import type { EcsState, TaskDefinitionRecord, TaskRecord } from "../model/ecs-state.js";

/**
 * Index of a state's tasks by whether they have stopped. ECS returns a task for an hour after its end: a service whose tasks keep failing has
 * hundreds of those, and the cost of a scheduler step must depend on the live ones only.
 */
export interface StateIndex {
  /** In order of their creation. */
  live: Set<TaskRecord>;
  /** STOPPED, in order of their end, which is the order of their removal. */
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
