import { nameIn } from "../../common/aws-names.js";
import { type EventView, primaryOf, type Snapshot, type Subject } from "../../ecs/snapshot.js";

/**
 * Returns the service's events about our rollout, newest first. An event is ours when it names one of our tasks or deployments; one
 * that names neither counts as ours while our deployment is PRIMARY. All compared times are on AWS's clock. Pure.
 */
export function ownEvents(subject: Subject, snapshots: readonly Snapshot[]): EventView[] {
  const all = new Map(snapshots.flatMap(({ service }) => service.events).map((event) => [event.id, event]));
  const ours = { tasks: ownTaskIds(subject, snapshots), deployments: ownDeploymentIds(subject, snapshots) };
  const { from, to } = primaryInterval(subject, snapshots);
  return [...all.values()]
    .filter(({ at, message }) => at >= from && (isNamed(message, ours) ?? at < to))
    .sort((a, b) => b.at - a.at);
}

/** @returns undefined where the message names no task and no deployment. */
function isNamed(
  message: string,
  ours: { tasks: ReadonlySet<string>; deployments: ReadonlySet<string> },
): boolean | undefined {
  const tasks = [...message.matchAll(/\btask ([0-9a-f]{8,32})\b/g)].map(([, id = ""]) => id);
  if (tasks.length > 0) return tasks.some((id) => ours.tasks.has(id) || (id.length < 32 && startsOne(id, ours.tasks)));
  // Events about a task set that can't be scaled in name the set: events about the old one concern our rollout too.
  const deployments = [...message.matchAll(/\bdeployment (ecs-svc\/\d+)/g)].map(([, id = ""]) => id);
  return deployments.length > 0 ? deployments.some((id) => ours.deployments.has(id)) : undefined;
}

/** Events may shorten the id of a task. */
function startsOne(id: string, tasks: ReadonlySet<string>): boolean {
  return [...tasks].some((own) => own.startsWith(id));
}

function ownTaskIds({ taskDefinition }: Subject, snapshots: readonly Snapshot[]): ReadonlySet<string> {
  const arns = new Set<string>();
  for (const { tasks } of snapshots)
    for (const task of tasks) if (task.taskDefinition === taskDefinition) arns.add(task.arn);
  return new Set([...arns].map(nameIn));
}

function ownDeploymentIds(
  { taskDefinition, deploymentId }: Subject,
  snapshots: readonly Snapshot[],
): ReadonlySet<string> {
  const seen = snapshots.flatMap(({ service }) => service.deployments);
  const own = seen.filter((one) => one.taskDefinition === taskDefinition).map(({ id }) => id);
  return new Set(deploymentId === undefined ? own : [...own, deploymentId]);
}

/** The interval in which our deployment was PRIMARY, on AWS's clock: a rollback or a concurrent deploy ends it. */
function primaryInterval(
  { taskDefinition, registeredAt }: Subject,
  snapshots: readonly Snapshot[],
): { from: number; to: number } {
  const deployments = snapshots.flatMap(({ service }) => service.deployments);
  const begun = deployments.filter((one) => one.taskDefinition === taskDefinition).map(({ createdAt }) => createdAt);
  const from = Math.max(registeredAt, Math.min(...begun));
  const later = snapshots
    .map(({ service }) => primaryOf(service))
    .filter((one) => one && one.taskDefinition !== taskDefinition && one.createdAt > from)
    .map((one) => one?.createdAt ?? 0);
  return { from: begun.length > 0 ? from : registeredAt, to: Math.min(...later) };
}
