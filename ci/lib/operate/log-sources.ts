import { describeTaskDefinition, type RawTaskDefinition } from "../aws/raw-task-definition.js";
import { nameIn } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import { objects } from "../ecs/containers.js";
import { type LogPlace, logPlaceOf } from "../ecs/log-tail.js";
import type { CurrentService } from "../ecs/service.js";
import type { Snapshot, TaskView } from "../ecs/snapshot.js";
import { listTasks } from "../ecs/tasks.js";
import { failedTasks, type TaskFailure, unhealthyTasks } from "../rollout/diagnose/failures.js";
import type { Session } from "../rollout/session.js";
import { checkContainer } from "./check-container.js";

/** The tasks and the container whose logs are wanted. */
export interface LogChoice {
  /** The target's container where it is absent. */
  container?: string;
  /** Id of one task, or its first digits. */
  task?: string;
  /** Only tasks that failed or are unhealthy. */
  failing: boolean;
}

/** A task's log. */
export interface LogSource {
  /** ARN, or the id that the user passed. */
  task: string;
  container: string;
  /** STOPPED once nothing more is written. */
  lastStatus: string;
  place: LogPlace | { unavailable: string };
  /** Reason of a failed task, where one is known. */
  failure?: string;
}

/** Maximum number of logs that are read side by side: CloudWatch Logs permits 10 calls a second in most regions. */
const mostSources = 20;

/** Finds the logs of the service's tasks. Task definitions are read once for all calls. */
export function sourceFinder(
  session: Session,
  now: CurrentService,
  choice: LogChoice,
): () => Promise<{ sources: LogSource[]; left: number }> {
  checkContainer(now.current, choice.container ?? session.target.container);
  const stopped = new Map<string, TaskView>();
  const read = new Map<string, Promise<RawTaskDefinition>>();
  const revisionOf = (arn: string) => {
    const reading = read.get(arn) ?? describeTaskDefinition(session.aws.ecs, arn, session.signal);
    read.set(arn, reading);
    return reading;
  };
  const sourceOf = async (task: TaskView, container: string, failure?: string): Promise<LogSource> => {
    const { taskDefinition } = await revisionOf(task.taskDefinition);
    const isThere = objects(taskDefinition.containerDefinitions).some(({ name }) => name === container);
    const place = isThere
      ? logPlaceOf(session, taskDefinition, task.arn, container)
      : { unavailable: `its revision has no container ${container}` };
    return { task: task.arn, container, lastStatus: task.lastStatus, place, ...(failure !== undefined && { failure }) };
  };
  return async () => {
    const tasks = await listTasks(session, stopped, [], false);
    const wanted = tasks.filter(({ arn }) => nameIn(arn).startsWith(choice.task ?? ""));
    const container = choice.container ?? session.target.container;
    if (choice.task !== undefined && wanted.length === 0) {
      return { sources: [unlisted(session, now.current, choice.task, container)], left: 0 };
    }
    const failures = choice.failing ? new Map(failuresIn(wanted).map((one) => [one.task.arn, one])) : undefined;
    const chosen = failures ? wanted.filter(({ arn }) => failures.has(arn)) : runningFirst(wanted);
    const sources = chosen.slice(0, mostSources).map((task) => {
      const failure = failures?.get(task.arn);
      return sourceOf(task, choice.container ?? failure?.container ?? container, failure && describeFailure(failure));
    });
    return { sources: await Promise.all(sources), left: Math.max(0, chosen.length - mostSources) };
  };
}

/** Returns the log of a task that ECS no longer returns: its whole id names the stream. */
function unlisted(session: Session, { taskDefinition }: RawTaskDefinition, task: string, container: string): LogSource {
  if (!/^[0-9a-f]{32}$/.test(task)) {
    throw new InputError(
      "no-task",
      `ECS returns no task ${JSON.stringify(task.slice(0, 100))} of this service; it returns a stopped task for an hour. Accepted: the first digits of a task that \`status\` or \`logs\` shows, or all 32 digits of an older one.`,
    );
  }
  return { task, container, lastStatus: "STOPPED", place: logPlaceOf(session, taskDefinition, task, container) };
}

function runningFirst(tasks: readonly TaskView[]): TaskView[] {
  const isStopped = ({ lastStatus }: TaskView) => (lastStatus === "STOPPED" ? 1 : 0);
  return [...tasks].sort((a, b) => isStopped(a) - isStopped(b));
}

/** Returns the tasks that failed or are unhealthy, of all revisions. Pure. */
function failuresIn(tasks: readonly TaskView[]): TaskFailure[] {
  const service = { status: "", desiredCount: 0, runningCount: 0, pendingCount: 0, deployments: [], events: [] };
  const snapshots: Snapshot[] = [{ at: 0, tasksAt: 0, service, tasks: [...tasks] }];
  return [...new Set(tasks.map(({ taskDefinition }) => taskDefinition))].flatMap((taskDefinition) => {
    const subject = { taskDefinition, container: "", digests: [], registeredAt: 0, deadline: 0 };
    return [...failedTasks(subject, snapshots), ...unhealthyTasks(subject, snapshots)];
  });
}

function describeFailure({ rule, evidence: [first] }: TaskFailure): string {
  return [rule?.title, first].filter(Boolean).join(": ") || "it failed for a reason that ECS does not return";
}
