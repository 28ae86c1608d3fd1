import { primaryOf, type Snapshot, type Subject, type TaskView, taskId } from "./snapshot.js";

/**
 * What has happened between two looks, in lines for people: each thing once. Pure.
 * @param before The look before this one; at the first, the service's events from before the rollout are known by `knownEvents`.
 */
export function happened(
  subject: Subject,
  before: Snapshot | undefined,
  now: Snapshot,
  knownEvents: ReadonlySet<string>,
): string[] {
  return [
    ...newEvents(before, now, knownEvents),
    ...taskChanges(subject, before, now),
    ...deploymentChanges(subject, before, now),
  ];
}

function newEvents(before: Snapshot | undefined, now: Snapshot, knownEvents: ReadonlySet<string>): string[] {
  const seen = new Set(before?.service.events.map((event) => event.id));
  return now.service.events
    .filter((event) => !seen.has(event.id) && !knownEvents.has(event.id))
    .map((event) => `event: ${event.message}`)
    .reverse();
}

function taskChanges(subject: Subject, before: Snapshot | undefined, now: Snapshot): string[] {
  const states = new Map(before?.tasks.map((task) => [task.arn, describe(task)]));
  const wasGone = (task: TaskView) => task.lastStatus === "STOPPED" && !states.has(task.arn) && !before;
  return now.tasks
    .filter((task) => task.taskDefinition === subject.taskDefinition && !wasGone(task))
    .filter((task) => states.get(task.arn) !== describe(task))
    .map((task) => `task ${taskId(task.arn).slice(0, 8)}: ${describe(task)}`);
}

function describe(task: TaskView): string {
  const health = task.healthStatus && task.healthStatus !== "UNKNOWN" ? `, ${task.healthStatus}` : "";
  const reason = task.stoppedReason ? ` (${task.stoppedReason})` : "";
  return `${task.lastStatus}${health}${reason}`;
}

function deploymentChanges(subject: Subject, before: Snapshot | undefined, now: Snapshot): string[] {
  const line = stateOf(subject, now);
  return line && (!before || stateOf(subject, before) !== line) ? [line] : [];
}

function stateOf(subject: Subject, { service, ours }: Snapshot): string {
  const deployment = service.deployments.find((one) => one.taskDefinition === subject.taskDefinition);
  const state = ours?.status ?? deployment?.rolloutState ?? "";
  const stage = ours?.lifecycleStage ? `, ${ours.lifecycleStage}` : "";
  const failed = deployment?.failedTasks ? `, ${deployment.failedTasks} failed` : "";
  const counts = deployment ? `: ${deployment.runningCount} of ${deployment.desiredCount} running${failed}` : "";
  const role = deployment && deployment.id !== primaryOf(service)?.id ? ` (now ${deployment.status})` : "";
  return `deployment ${state}${stage}${role}${counts}`;
}
