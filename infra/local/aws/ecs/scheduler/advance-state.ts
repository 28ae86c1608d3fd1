import type { TaskRecord } from "../model/ecs-state.js";
import { advanceService } from "./advance-service.js";
import { deleteDefinitions } from "./definitions.js";
import type { SchedulerContext } from "./scheduler-context.js";
import { removeEndedTasks, stepTask } from "./task-lifecycle.js";

/** More passes than any chain of decisions at one moment needs: beyond it two rules contradict each other. */
const PASSES = 50;

/** Lets everything happen that is due at this moment, and finds out when something is due next. */
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

/** Moves the tasks on, and answers each service's that have not ended, oldest first. */
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
