import type { TaskRecord } from "../model/state.js";
import { stepTask } from "./lifecycle.js";
import { stepService } from "./rollout.js";
import type { World } from "./world.js";

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
    if (!world.changed) return;
  }
  throw new Error(
    `The scheduler did not come to rest within ${PASSES} passes at ${new Date(world.now).toISOString()}.`,
  );
}

/**
 * Moves each task on.
 * @returns Those that are there by service, oldest first, as they were made. What has STOPPED is listed for an hour and concerns no service
 * any more: of a rollout that fails for hours it is nearly all.
 */
function stepTasks(world: World): Map<string, TaskRecord[]> {
  const groups = new Map<string, TaskRecord[]>();
  for (const task of Object.values(world.state.tasks)) {
    stepTask(world, task);
    if (task.serviceArn === undefined || task.lastStatus === "STOPPED") continue;
    const group = groups.get(task.serviceArn);
    if (group === undefined) groups.set(task.serviceArn, [task]);
    else group.push(task);
  }
  return groups;
}
