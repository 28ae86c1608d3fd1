import type { Container, Task } from "@aws-sdk/client-ecs";
import { nameIn } from "../../common/aws-names.js";
import { cut } from "../../common/cut.js";
import { present } from "../../common/present.js";
import type { TaskPhase, TaskReport } from "./deployment-report.js";

/** A deployment's revisions and its interval, by which its tasks are chosen. */
export interface TaskScope {
  /** ARN of the revision that it rolled out. */
  taskDefinition: string;
  /** ARNs of the revisions that a rollback of it starts. */
  restored: readonly string[];
  /** Milliseconds since the epoch, on AWS's clock. */
  from: number;
  to: number;
  /** Versions by the ARN of a revision. */
  versions: ReadonlyMap<string, string>;
}

/** Maximum number of tasks in a report: a service may have thousands, and a page of them answers nothing. */
export const mostTasks = 200;

/**
 * Returns the tasks that existed during a deployment, in the order new, old, restored, each by its start. Failed tasks come first where
 * there are too many. Pure.
 */
export function taskReports(tasks: readonly Task[], scope: TaskScope): { tasks: TaskReport[]; omitted: number } {
  const all = tasks
    .filter((task) => existedIn(task, scope))
    .map((task) => taskReport(task, scope))
    .sort((a, b) => order(a) - order(b) || start(a) - start(b) || a.id.localeCompare(b.id));
  if (all.length <= mostTasks) return { tasks: all, omitted: 0 };
  const kept = new Set([...all.filter(({ failed }) => failed), ...all].slice(0, mostTasks));
  // A set keeps each once, and the first ones may repeat.
  for (const task of all) if (kept.size < mostTasks) kept.add(task);
  return { tasks: all.filter((task) => kept.has(task)), omitted: all.length - kept.size };
}

const order = ({ group }: TaskReport) => ["new", "old", "restored"].indexOf(group);
const start = ({ phases }: TaskReport) => phases[0]?.from ?? 0;

function existedIn(task: Task, { taskDefinition, from, to }: TaskScope): boolean {
  if (task.taskDefinitionArn === taskDefinition) return true;
  return (task.createdAt?.getTime() ?? 0) <= to && (task.stoppedAt?.getTime() ?? Number.POSITIVE_INFINITY) >= from;
}

function taskReport(task: Task, scope: TaskScope): TaskReport {
  const { taskArn = "", taskDefinitionArn = "", lastStatus = "", healthStatus, containers = [] } = task;
  const version = scope.versions.get(taskDefinitionArn);
  return {
    id: nameIn(taskArn),
    group: groupOf(task, scope),
    taskDefinition: taskDefinitionArn,
    status: lastStatus,
    failed: hasFailed(task),
    containers: containers.filter(hasEnded).map(containerText),
    phases: phasesOf(task),
    ...present({
      version,
      health: healthStatus === "UNKNOWN" ? undefined : healthStatus,
      stopCode: task.stopCode,
      stoppedReason: task.stoppedReason === undefined ? undefined : cut(task.stoppedReason),
    }),
  };
}

function groupOf({ taskDefinitionArn = "", createdAt }: Task, scope: TaskScope): TaskReport["group"] {
  if (taskDefinitionArn === scope.taskDefinition) return "new";
  const isLater = (createdAt?.getTime() ?? 0) > scope.from;
  return isLater && scope.restored.includes(taskDefinitionArn) ? "restored" : "old";
}

/** A task that ECS stops for a deployment or for scaling has not failed; one that fails its health check has, and ECS stops it too. */
function hasFailed({ stopCode, stoppedReason = "", lastStatus, healthStatus }: Task): boolean {
  if (lastStatus === "RUNNING") return healthStatus === "UNHEALTHY";
  if (stopCode === "TaskFailedToStart" || stopCode === "EssentialContainerExited") return true;
  return stopCode === "ServiceSchedulerInitiated" && /health ?check/i.test(stoppedReason);
}

const hasEnded = ({ exitCode, reason }: Container) => exitCode !== undefined || reason !== undefined;

function containerText({ name, exitCode, reason }: Container): string {
  const parts = [...(exitCode === undefined ? [] : [`exit code ${exitCode}`]), ...(reason ? [reason] : [])];
  return cut(`${name}: ${parts.join(", ")}`);
}

/** Returns the phases of a task from the times that ECS returns. A time that is absent ends no phase. Pure. */
function phasesOf(task: Task): TaskPhase[] {
  const marks: [TaskPhase["name"] | undefined, Date | undefined][] = [
    ["provisioning", task.createdAt],
    ["pulling", task.pullStartedAt],
    ["starting", task.pullStoppedAt],
    ["running", task.startedAt],
    ["stopping", task.stoppingAt],
    [undefined, task.stoppedAt],
  ];
  const known = marks.flatMap(([name, at]) => (at ? [{ name, at: at.getTime() }] : []));
  return known.flatMap(({ name, at }, index) => {
    const to = known[index + 1]?.at;
    if (name === undefined || (to !== undefined && to < at)) return [];
    return [{ name, from: at, ...(to !== undefined && { to }) }];
  });
}
