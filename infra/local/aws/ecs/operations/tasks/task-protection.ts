import type { ClusterRecord, EcsState, TaskRecord } from "../../model/ecs-state.js";
import { invalidParameter } from "../common/ecs-errors.js";
import { findCluster, toArn, tryFindTask } from "../common/find-resources.js";
import type { JsonObject, Operations } from "../common/operation-context.js";
import { numberIn, textsIn, times } from "../common/operation-context.js";

const AT_ONCE = 10;
const MINUTE = 60_000;
/** Maximum and default of `expiresInMinutes`. */
const MAX_MINUTES = 2_880;
const DEFAULT_MINUTES = 120;

/** Operations on the scale-in protection of a service's tasks: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html */
export const protectionOperations: Operations = (api) => ({
  UpdateTaskProtection: (input, caller) => {
    const cluster = findCluster(api.scheduler.state, caller, input);
    const references = textsIn(input, "tasks");
    if (references.length === 0 || references.length > AT_ONCE)
      throw invalidParameter(`Between 1 and ${AT_ONCE} tasks are accepted.`);
    const minutes = numberIn(input, "expiresInMinutes") ?? DEFAULT_MINUTES;
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > MAX_MINUTES) {
      throw invalidParameter(`expiresInMinutes must be between 1 and ${MAX_MINUTES}.`);
    }
    return api.scheduler.change((context) => {
      const { tasks, failures } = findTasks(context.state, cluster, references);
      for (const task of tasks) {
        if (input.protectionEnabled === true) task.protectedUntil = context.now + minutes * MINUTE;
        else delete task.protectedUntil;
        context.changed = true;
      }
      return { protectedTasks: tasks.map((task) => view(task, context.now)), failures };
    });
  },

  GetTaskProtection: (input, caller) => {
    const { state, now } = api.scheduler.view();
    const cluster = findCluster(state, caller, input);
    const references = textsIn(input, "tasks");
    const all = Object.values(state.tasks).filter((task) => task.clusterArn === cluster.arn && isProtectable(task));
    const { tasks, failures } =
      references.length > 0 ? findTasks(state, cluster, references) : { tasks: all, failures: [] };
    return { protectedTasks: tasks.map((task) => view(task, now)), failures };
  },
});

/** Returns whether a task is a service's and not stopping. */
const isProtectable = (task: TaskRecord) => task.serviceArn !== undefined && task.desiredStatus === "RUNNING";

function findTasks(
  state: EcsState,
  cluster: ClusterRecord,
  references: string[],
): { tasks: TaskRecord[]; failures: JsonObject[] } {
  const tasks: TaskRecord[] = [];
  const failures: JsonObject[] = [];
  for (const reference of references) {
    const task = tryFindTask(state, cluster, reference);
    const arn = toArn(cluster, "task", reference);
    if (task !== undefined && isProtectable(task)) tasks.push(task);
    else failures.push({ arn, reason: task === undefined ? "MISSING" : "TASK_NOT_VALID" });
  }
  return { tasks, failures };
}

function view({ arn, protectedUntil = 0 }: TaskRecord, now: number): JsonObject {
  const protectionEnabled = protectedUntil > now;
  return {
    taskArn: arn,
    protectionEnabled,
    ...times({ expirationDate: protectionEnabled ? protectedUntil : undefined }),
  };
}
