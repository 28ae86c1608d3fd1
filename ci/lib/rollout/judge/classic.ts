import { isOfUser, rollbackGoalIn } from "../../ecs/event-messages.js";
import { lagWindow } from "../../ecs/lag.js";
import {
  type DeploymentView,
  type EventView,
  primaryOf,
  type ServiceView,
  type Snapshot,
  type Subject,
} from "../../ecs/snapshot.js";
import { decided, type Judgement, undecided, type Witness } from "./verdict.js";

/**
 * Judges from the service's list of deployments alone, for credentials without permission for the service deployment APIs. Limits: only
 * the text of ECS shows a stop by a user, and a rollback is inferred from events and deployments.
 */
export function judgeClassic(subject: Subject, snapshots: readonly Snapshot[], seen: Witness[]): Judgement {
  const latest = snapshots.at(-1) as Snapshot;
  const primary = primaryOf(latest.service);
  if (!primary) return undecided("ECS to name a primary deployment", seen);
  const failure = failureOf(subject, snapshots);
  // The rollback target can be an earlier deployment of the same revision; only then the failure is still listed after our deployment.
  const isBack = failure !== undefined && primary.rolloutState !== "FAILED" && primary.id !== subject.deploymentId;
  if (primary.taskDefinition === subject.taskDefinition && !isBack) return judgePrimary(subject, latest, primary, seen);

  const superseded = ({ id, taskDefinition }: DeploymentView) =>
    decided("superseded", `Another deployment replaced it: ${id} of ${taskDefinition}.`, seen);
  if (failure === undefined) {
    return isReplaced(subject, snapshots, primary)
      ? superseded(primary)
      : undecided("ECS to list our deployment", seen);
  }
  const before = replacedBefore(subject, snapshots, primary);
  if (before) return superseded(before);
  const goal = goalOf(subject, snapshots);
  if (!goal && !subject.rollback && isStop(failure)) {
    const next = `${primary.id} of ${primary.taskDefinition} has followed`;
    return decided("stopped", `A user stopped it, without a rollback; ${next}. ECS: ${failure}`, seen);
  }
  if (goal && goal.taskDefinition !== primary.taskDefinition) {
    const other = `${primary.id} of ${primary.taskDefinition}`;
    return goal.isReached
      ? decided("rolled-back", `Rolled back to ${goal.taskDefinition}; ${other} has followed. ECS: ${failure}`, seen)
      : decided("superseded", `Another deployment replaced the rollback: ${other}.`, seen);
  }
  if (primary.rolloutState === "FAILED") {
    const why = primary.rolloutStateReason ?? "no reason given";
    return decided("failed", `The rollback to ${primary.taskDefinition} failed too: ${why} ECS: ${failure}`, seen);
  }
  // The id of the primary proves nothing: ECS was observed to keep the old id and to create a new one.
  return primary.rolloutState === "COMPLETED"
    ? decided("rolled-back", `Rolled back to ${primary.taskDefinition}. ECS: ${failure}`, seen)
    : undecided("ECS to finish the rollback", seen);
}

function judgePrimary({ rollback }: Subject, snapshot: Snapshot, primary: DeploymentView, seen: Witness[]): Judgement {
  const { rolloutState, rolloutStateReason = "no reason given" } = primary;
  if (rolloutState === "FAILED") {
    return !rollback && isOfUser(rolloutStateReason)
      ? decided("stopped", `A user stopped it, without a rollback. ECS: ${rolloutStateReason}`, seen)
      : decided("failed", `Nothing was rolled back. ECS: ${rolloutStateReason}`, seen);
  }
  if (!seen.every((witness) => witness.holds)) {
    const missing = seen.filter((witness) => !witness.holds);
    return undecided(missing.map((witness) => `${witness.name} (${witness.saw})`).join(" and "), seen);
  }
  return snapshot.service.desiredCount === 0
    ? decided("nothing-ran", "The service's desired count is 0: no task has shown that this version starts.", seen)
    : decided("deployed", "All witnesses that can be read agree.", seen);
}

/** Returns ECS's own text for the failure of our deployment, from its state or from the event that names it. */
function failureOf(subject: Subject, snapshots: readonly Snapshot[]): string | undefined {
  for (const { service } of snapshots) {
    const failure = cachedFailure(subject, service);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Caches the failure for each view: a view never changes, and every poll judges all of them. */
function cachedFailure(subject: Subject, service: ServiceView): string | undefined {
  const { taskDefinition, deploymentId, registeredAt } = subject;
  const of = `${taskDefinition} ${deploymentId} ${registeredAt}`;
  const known = failures.get(service);
  const entry = known?.of === of ? known : { of, failure: failureIn(subject, service) };
  failures.set(service, entry);
  return entry.failure;
}
const failures = new WeakMap<ServiceView, { of: string; failure: string | undefined }>();

function failureIn(subject: Subject, service: ServiceView): string | undefined {
  const failed = service.deployments.find((one) => isOurs(subject, one) && one.rolloutState === "FAILED");
  if (failed) return failed.rolloutStateReason ?? "rollout FAILED";
  return service.events.find((one) => isFailureEvent(subject, one) || isRollbackEvent(subject, service, one))?.message;
}

function isFailureEvent({ deploymentId }: Subject, { message }: EventView): boolean {
  return deploymentId !== undefined && message.includes(`(deployment ${deploymentId}) deployment failed`);
}

/** For a rollback requested by a user, the event names only the rollback target. */
function isRollbackEvent({ registeredAt, deploymentId }: Subject, service: ServiceView, { at, message }: EventView) {
  const primary = primaryOf(service);
  const isNew = at >= registeredAt && primary !== undefined && primary.id !== deploymentId;
  return isNew && message.includes(`rolling back to deployment ${primary.id}.`);
}

/** For a rollback requested by a user, ECS reports a stop as well as the rollback target. */
function isStop(failure: string): boolean {
  return isOfUser(failure) && !/rolling back/i.test(failure);
}

/**
 * Finds the rollback target that ECS named in its events, and if an event reports that the rollback completed. Needed when another
 * revision is primary since.
 * @returns undefined when the named deployment was never listed.
 */
function goalOf(subject: Subject, snapshots: readonly Snapshot[]) {
  const events = snapshots
    .flatMap(({ service }) => service.events)
    .filter(({ at }) => at >= subject.registeredAt)
    .sort((a, b) => a.at - b.at);
  const begun = events.findIndex(({ message }) => rollbackGoalIn(message) !== undefined);
  const id = rollbackGoalIn(events[begun]?.message ?? "");
  const named = snapshots.flatMap(({ service }) => service.deployments).find((one) => one.id === id);
  if (!named) return undefined;
  const arrival = `(deployment ${id}) deployment completed`;
  const isReached = events.slice(begun).some(({ message }) => message.includes(arrival));
  return { taskDefinition: named.taskDefinition, isReached };
}

/** Finds a deployment that replaced ours before ECS reported a failure, and is no longer primary: the failure is not ours then. */
function replacedBefore(subject: Subject, snapshots: readonly Snapshot[], now: DeploymentView) {
  const known = [subject.taskDefinition, now.taskDefinition];
  for (const { service } of snapshots) {
    if (cachedFailure(subject, service) !== undefined) return undefined;
    const primary = primaryOf(service);
    const isYounger = primary && primary.createdAt > subject.registeredAt;
    if (isYounger && !known.includes(primary.taskDefinition)) return primary;
  }
  return undefined;
}

/**
 * Returns true when another deployment replaced ours. An older primary can be a stale read, and a younger one, while ours was never
 * listed, can precede ours: both count only after the lag of ECS has passed.
 */
function isReplaced(subject: Subject, snapshots: readonly Snapshot[], primary: DeploymentView): boolean {
  const latest = snapshots.at(-1) as Snapshot;
  const seen = snapshots.findLast(({ service }) => service.deployments.some((one) => isOurs(subject, one)));
  const isYounger = primary.createdAt > subject.registeredAt;
  if (seen && isYounger) return true;
  // ECS confirmed the start in its response, or listed the deployment.
  const isKnown = subject.deploymentId !== undefined || subject.serviceDeploymentArn !== undefined;
  const hasBegun = seen !== undefined || (isYounger && isKnown);
  return hasBegun && latest.at - (seen ?? (snapshots[0] as Snapshot)).at >= lagWindow;
}

function isOurs(subject: Subject, deployment: DeploymentView): boolean {
  return deployment.taskDefinition === subject.taskDefinition;
}
