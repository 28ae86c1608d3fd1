import type { TaskRecord } from "../model/ecs-state.js";
import { stepService } from "./advance-service.js";
import { deleteDefinitions } from "./definitions.js";
import type { World } from "./scheduler-context.js";
import { forgetEnded, stepTask } from "./task-lifecycle.js";

/** More passes than any chain of decisions at one moment needs: beyond it two rules contradict each other. */
const PASSES = 50;

/** Lets everything happen that is due at this moment, and finds out when something is due next. */
export function advance(world: World): void {
  for (let pass = 0; pass < PASSES; pass++) {
    world.changed = false;
    world.wakeAt = Number.POSITIVE_INFINITY;
    const tasks = stepTasks(world);
    for (const service of Object.values(world.state.services))
      stepService(world, service, tasks.get(service.arn) ?? []);
    deleteDefinitions(world);
    if (!world.changed) return;
  }
  throw new Error(
    `The scheduler did not come to rest within ${PASSES} passes at ${new Date(world.now).toISOString()}.`,
  );
}

/** Moves the tasks on, and answers each service's that have not ended, oldest first. */
function stepTasks(world: World): Map<string, TaskRecord[]> {
  const groups = new Map<string, TaskRecord[]>();
  forgetEnded(world);
  for (const task of world.roster.live) {
    stepTask(world, task);
    if (task.serviceArn === undefined || task.lastStatus === "STOPPED") continue;
    const group = groups.get(task.serviceArn);
    if (group === undefined) groups.set(task.serviceArn, [task]);
    else group.push(task);
  }
  return groups;
}
