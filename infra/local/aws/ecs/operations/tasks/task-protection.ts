import { within } from "../../model/ecs-arns.js";
import type { ClusterRecord, EcsState, TaskRecord } from "../../model/ecs-state.js";
import { invalid } from "../shared/ecs-errors.js";
import { findCluster, peekTask } from "../shared/find-resources.js";
import type { JsonObject, Operations } from "../shared/operation-context.js";
import { number, texts, times } from "../shared/operation-context.js";

const AT_ONCE = 10;
const MINUTE = 60_000;
/** Minutes: the longest that a task is protected, and how long unless it is said. */
const LONGEST = 2_880;
const DEFAULT = 120;

/** Scale-in protection of a service's tasks: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html */
export const protectionOperations: Operations = (api) => ({
  UpdateTaskProtection: (input, caller) => {
    const cluster = findCluster(api.engine.state, caller, input);
    const asked = texts(input, "tasks");
    if (asked.length === 0 || asked.length > AT_ONCE) throw invalid(`Between 1 and ${AT_ONCE} tasks are accepted.`);
    const minutes = number(input, "expiresInMinutes") ?? DEFAULT;
    if (!Number.isInteger(minutes) || minutes < 1 || minutes > LONGEST) {
      throw invalid(`expiresInMinutes must be between 1 and ${LONGEST}.`);
    }
    return api.engine.change((world) => {
      const { tasks, failures } = lookUp(world.state, cluster, asked);
      for (const task of tasks) {
        if (input.protectionEnabled === true) task.protectedUntil = world.now + minutes * MINUTE;
        else delete task.protectedUntil;
        world.changed = true;
      }
      return { protectedTasks: tasks.map((task) => view(task, world.now)), failures };
    });
  },

  GetTaskProtection: (input, caller) => {
    const { state, now } = api.engine.look();
    const cluster = findCluster(state, caller, input);
    const asked = texts(input, "tasks");
    const all = Object.values(state.tasks).filter((task) => task.clusterArn === cluster.arn && isProtectable(task));
    const { tasks, failures } = asked.length > 0 ? lookUp(state, cluster, asked) : { tasks: all, failures: [] };
    return { protectedTasks: tasks.map((task) => view(task, now)), failures };
  },
});

/** A service's task that is not on its way out. */
const isProtectable = (task: TaskRecord) => task.serviceArn !== undefined && task.desiredStatus === "RUNNING";

function lookUp(
  state: EcsState,
  cluster: ClusterRecord,
  asked: string[],
): { tasks: TaskRecord[]; failures: JsonObject[] } {
  const tasks: TaskRecord[] = [];
  const failures: JsonObject[] = [];
  for (const reference of asked) {
    const task = peekTask(state, cluster, reference);
    const arn = reference.startsWith("arn:") ? reference : within(cluster.arn, "task", reference);
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
