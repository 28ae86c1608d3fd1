import { isDeepStrictEqual } from "node:util";
import { nameIn } from "../../common/aws-names.js";
import { type EventView, primaryOf, type Snapshot, type Subject, type TaskView } from "../../ecs/snapshot.js";
import { isServing } from "../../ecs/states.js";
import type { DeploymentState, ProgressEvent, TaskState } from "../progress-event.js";
import { estimate } from "./estimate.js";
import { oldTasks } from "./phase.js";
import { shiftProgress, waitReport } from "./shift-progress.js";

/**
 * Returns the events since the previous snapshot, each once, in order. Pure.
 * @param before The snapshots so far. Before the first one, `knownEvents` holds the service's events from before the rollout.
 */
export function progressEvents(
  subject: Subject,
  before: readonly Snapshot[],
  now: Snapshot,
  knownEvents: ReadonlySet<string>,
): ProgressEvent[] {
  const previous = before.at(-1);
  return [
    ...newEvents(previous, now, knownEvents),
    ...taskChanges(subject, previous, now),
    ...deploymentChanges(subject, before, now),
  ];
}

function newEvents(before: Snapshot | undefined, now: Snapshot, knownEvents: ReadonlySet<string>): ProgressEvent[] {
  const seen = new Set(before?.service.events.map((event) => event.id));
  const isNew = ({ id }: EventView) => !seen.has(id) && !knownEvents.has(id);
  return inRows(now.service.events.filter(isNew).reverse());
}

/** Combines repeated messages into one event, such as those about each registered target. */
function inRows(events: readonly EventView[]): ProgressEvent[] {
  const rows: { at: number; message: string; times: number }[] = [];
  for (const { at, message } of events) {
    const last = rows.at(-1);
    if (last?.message === message) last.times++;
    else rows.push({ at, message, times: 1 });
  }
  return rows.map(({ times, ...row }) => ({ type: "event", ...row, ...(times > 1 && { times }) }));
}

/** Maximum number of tasks that are reported one by one; more are reported as sums. */
const handful = 5;

function taskChanges(subject: Subject, before: Snapshot | undefined, now: Snapshot): ProgressEvent[] {
  // Most polls do not read the tasks again.
  if (before?.tasks === now.tasks) return [];
  const known = new Map(before?.tasks.map((task) => [task.arn, keyOf(task)]));
  const wasStopped = (task: TaskView) => task.lastStatus === "STOPPED" && !known.has(task.arn) && !before;
  const own = now.tasks.filter((task) => task.taskDefinition === subject.taskDefinition && !wasStopped(task));
  const changed = own.filter((task) => known.get(task.arn) !== keyOf(task));
  const desired = now.service.desiredCount;
  return desired > handful
    ? sums(own, changed, desired)
    : changed.map((task) => ({ type: "task", task: nameIn(task.arn), ...stateOf(task) }));
}

/** Returns one event for each state that a task has entered. */
function sums(own: TaskView[], changed: TaskView[], desired: number): ProgressEvent[] {
  const states = new Map(changed.map((task) => [keyOf(task), stateOf(task)]));
  return [...states].map(([key, state]) => {
    const count = own.filter((task) => keyOf(task) === key).length;
    return { type: "tasks", count, desired, ...state };
  });
}

function stateOf({ lastStatus, healthStatus, stoppedReason }: TaskView): TaskState {
  return {
    status: lastStatus,
    ...(healthStatus && healthStatus !== "UNKNOWN" && { health: healthStatus }),
    ...(stoppedReason && { reason: stoppedReason }),
  };
}

function keyOf(task: TaskView): string {
  const known = keys.get(task);
  if (known !== undefined) return known;
  const made = JSON.stringify(stateOf(task));
  keys.set(task, made);
  return made;
}
/** Caches keys: a view never changes, and is compared with the previous and the next one. */
const keys = new WeakMap<TaskView, string>();

function deploymentChanges(subject: Subject, before: readonly Snapshot[], now: Snapshot): ProgressEvent[] {
  const seen = [...before, now] as unknown as Seen;
  const state = deploymentState(subject, seen);
  if (before.length === 0) return [state];
  const last = before as unknown as Seen;
  const isNews = isOther(state, deploymentState(subject, last)) || waitReport(seen) !== waitReport(last);
  return isNews ? [state] : [];
}

/** Ignores the time left, which changes with every poll, and the old tasks: they alone are not an event. */
function isOther(one: DeploymentState, other: DeploymentState): boolean {
  const ignored = { secondsLeft: 0, waitSecondsLeft: 0, old: 0, draining: 0 };
  return !isDeepStrictEqual({ ...one, ...ignored }, { ...other, ...ignored });
}

type Seen = readonly [Snapshot, ...Snapshot[]];

function deploymentState(subject: Subject, seen: Seen): DeploymentState {
  const now = seen.at(-1) as Snapshot;
  const { service, ours } = now;
  const shift = shiftProgress(seen);
  const hooks = ours ? [...ours.waitingHooks.map(({ hookId }) => hookId), ...ours.runningHooks] : [];
  const classic = service.deployments.find((one) => one.taskDefinition === subject.taskDefinition);
  return {
    type: "deployment",
    status: ours?.status ?? classic?.rolloutState ?? "not listed yet",
    ...(ours?.lifecycleStage && { stage: ours.lifecycleStage }),
    ...(classic && classic.id !== primaryOf(service)?.id && { role: classic.status }),
    ...(classic && {
      running: classic.runningCount,
      desired: classic.desiredCount,
      failed: classic.failedTasks,
      ...oldCounts(subject, now),
      ...(!shift && estimate(subject, seen[0], now)),
    }),
    ...shift,
    ...(hooks.length > 0 && { hooks }),
  };
}

function oldCounts(subject: Subject, { tasks }: Snapshot): Pick<DeploymentState, "old" | "draining"> {
  const old = oldTasks(subject, tasks).filter(isServing);
  const draining = old.filter(({ desiredStatus }) => desiredStatus === "STOPPED").length;
  return { old: old.length - draining, draining };
}
