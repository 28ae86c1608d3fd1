import type { TaskDefinitionRecord, TaskRecord } from "../model/ecs-state.js";
import { advanceService } from "./advance-service.js";
import { type SchedulerContext, wake } from "./scheduler-context.js";
import { removeEndedTasks, stepTask } from "./task-lifecycle.js";

/** Upper limit of passes at one moment: more passes mean that two rules contradict each other. */
const PASSES = 50;

/** Performs everything that is due at this moment, and sets the time at which something is due next. */
export function advanceState(context: SchedulerContext): void {
  for (let pass = 0; pass < PASSES; pass++) {
    context.changed = false;
    context.wakeAt = Number.POSITIVE_INFINITY;
    const tasks = stepTasks(context);
    for (const service of Object.values(context.state.services))
      advanceService(context, service, tasks.get(service.arn) ?? []);
    deleteDefinitions(context);
    if (!context.changed) return;
  }
  throw new Error(
    `The scheduler did not come to rest within ${PASSES} passes at ${new Date(context.now).toISOString()}.`,
  );
}

/** Advances the tasks, and returns those of each service that have not ended, oldest first. */
function stepTasks(context: SchedulerContext): Map<string, TaskRecord[]> {
  const groups = new Map<string, TaskRecord[]>();
  removeEndedTasks(context);
  for (const task of context.index.live) {
    stepTask(context, task);
    if (task.serviceArn === undefined || task.lastStatus === "STOPPED") continue;
    const group = groups.get(task.serviceArn);
    if (group === undefined) groups.set(task.serviceArn, [task]);
    else group.push(task);
  }
  return groups;
}

/** Deletes the revisions of DeleteTaskDefinitions once nothing references them: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-definition-state.html */
function deleteDefinitions(context: SchedulerContext): void {
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
