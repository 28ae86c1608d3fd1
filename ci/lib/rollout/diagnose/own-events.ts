import { type EventView, primaryOf, type Snapshot, type Subject, taskId } from "../../ecs/snapshot.js";

/**
 * The service's events that tell of our rollout, newest first. An event is ours by the task or the deployment that it names; one that
 * names neither is taken for ours while ours is the service's primary deployment. Pure; the times compared are all AWS's.
 */
export function ownEvents(subject: Subject, snapshots: readonly Snapshot[]): EventView[] {
  const all = new Map(snapshots.flatMap(({ service }) => service.events).map((event) => [event.id, event]));
  const ours = { tasks: ownTaskIds(subject, snapshots), deployments: ownDeploymentIds(subject, snapshots) };
  const { from, to } = reign(subject, snapshots);
  return [...all.values()]
    .filter(({ at, message }) => at >= from && (isNamed(message, ours) ?? at < to))
    .sort((a, b) => b.at - a.at);
}

/** Undefined where the message names nobody. */
function isNamed(
  message: string,
  ours: { tasks: ReadonlySet<string>; deployments: ReadonlySet<string> },
): boolean | undefined {
  const tasks = [...message.matchAll(/\btask ([0-9a-f]{8,32})\b/g)].map(([, id = ""]) => id);
  if (tasks.length > 0) return tasks.some((id) => ours.tasks.has(id) || (id.length < 32 && startsOne(id, ours.tasks)));
  // A task set is named for what keeps it from being scaled in: the old one's hold up our rollout.
  const deployments = [...message.matchAll(/\bdeployment (ecs-svc\/\d+)/g)].map(([, id = ""]) => id);
  return deployments.length > 0 ? deployments.some((id) => ours.deployments.has(id)) : undefined;
}

/** A shortened id. */
function startsOne(id: string, tasks: ReadonlySet<string>): boolean {
  return [...tasks].some((own) => own.startsWith(id));
}

function ownTaskIds({ taskDefinition }: Subject, snapshots: readonly Snapshot[]): ReadonlySet<string> {
  const arns = new Set<string>();
  for (const { tasks } of snapshots)
    for (const task of tasks) if (task.taskDefinition === taskDefinition) arns.add(task.arn);
  return new Set([...arns].map(taskId));
}

function ownDeploymentIds(
  { taskDefinition, deploymentId }: Subject,
  snapshots: readonly Snapshot[],
): ReadonlySet<string> {
  const seen = snapshots.flatMap(({ service }) => service.deployments);
  const own = seen.filter((one) => one.taskDefinition === taskDefinition).map(({ id }) => id);
  return new Set(deploymentId === undefined ? own : [...own, deploymentId]);
}

/** From when until when ours was primary, on AWS's clock: a rollback, or another's deployment, makes another primary. */
function reign(
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
