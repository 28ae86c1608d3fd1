import { present } from "../../common/present.js";
import type { Target } from "../../config/target.js";
import type { CurrentService } from "../../ecs/service.js";
import { earliestOf, type ListedDeployment, type ReadableDeployments } from "../../ecs/service-deployments.js";
import { primaryOf, type Subject } from "../../ecs/snapshot.js";
import { isFinished } from "../../ecs/states.js";
import { latestOf } from "../plan/deployment-in-flight.js";
import { type OwnRevision, registeredAt, rolledBackBy } from "../revisions/own-revisions.js";
import type { Release } from "../session.js";
import { deploymentOf, type RolloutIds } from "./rollout-lookup.js";

/** An existing rollout and its revision. */
export interface FoundRollout extends RolloutIds {
  taskDefinition: string;
  /** Milliseconds since the epoch, on AWS's clock. */
  registeredAt: number;
  classicOnly?: string;
}

/**
 * Finds the rollout that an earlier call of this deploy has begun. With a run id it may have any state, so that the same call returns the
 * same verdict again; without one, it must be unfinished or in an automatic rollback. Pure.
 * @param revisions The deploy's own.
 */
export function attachToOwn(
  now: CurrentService,
  known: ReadableDeployments,
  revisions: readonly OwnRevision[],
  hasRunId: boolean,
): FoundRollout | undefined {
  const replaced = beingTakenBack(now, known);
  const isTaken = (one: ListedDeployment) => hasRunId || !isFinished(one.status) || one.taskDefinition === replaced;
  const taken = known.listed.filter(isTaken);
  const earliest = earliestOf(taken, revisions);
  const revision = revisions.find(({ arn }) => arn === earliest?.taskDefinition);
  if (!earliest || !revision) return attachToPrimary(now, known, revisions, hasRunId);
  return {
    ...toFoundRollout(revision),
    ...deploymentOf(now.service, revision.arn),
    serviceDeploymentArn: earliest.arn,
  };
}

/** Returns the ARN of the revision that an unfinished automatic rollback replaces, unless a later deployment replaced the rollback. */
function beingTakenBack({ service, current }: CurrentService, { listed }: ReadableDeployments): string | undefined {
  const replaced = rolledBackBy(current);
  const primary = primaryOf(service);
  if (replaced === undefined || primary?.rolloutState !== "IN_PROGRESS") return undefined;
  const latest = [...listed].sort((a, b) => b.createdAt - a.createdAt)[0]?.taskDefinition;
  // ECS lists the automatic rollback late.
  return latest === primary.taskDefinition || latest === replaced ? replaced : undefined;
}

/** Uses the service's primary deployment where service deployments can't be read or are not listed yet. */
function attachToPrimary(
  { service }: CurrentService,
  { classicOnly }: ReadableDeployments,
  revisions: readonly OwnRevision[],
  hasRunId: boolean,
): FoundRollout | undefined {
  const primary = primaryOf(service);
  const revision = revisions.find(({ arn }) => arn === primary?.taskDefinition);
  if (!revision || (!hasRunId && primary?.rolloutState !== "IN_PROGRESS")) return undefined;
  return {
    ...toFoundRollout(revision),
    ...present({ deploymentId: primary?.id, classicOnly }),
  };
}

/**
 * Finds the rollout that set the service to this version and image, if it is in flight or successful, also when another deploy began it:
 * watching it returns its verdict, and nothing has to be changed. After one that failed or was stopped a new rollout follows. Pure.
 */
export function attachToRunning(
  now: CurrentService,
  known: ReadableDeployments,
  release: Release,
): FoundRollout | undefined {
  const { running, service } = now;
  if (running.digest !== release.digest || running.version !== release.version) return undefined;
  const primary = primaryOf(service);
  const found: FoundRollout = {
    taskDefinition: running.taskDefinition,
    registeredAt: registeredAt(now.current),
    ...(primary?.id !== undefined && { deploymentId: primary.id }),
  };
  const latest = latestOf(known, running.taskDefinition);
  if (latest) {
    const isTaken = latest.status === "SUCCESSFUL" || !isFinished(latest.status);
    return isTaken ? { ...found, serviceDeploymentArn: latest.arn } : undefined;
  }
  if (primary?.rolloutState === "FAILED") return undefined;
  // The list lags: the watch searches it again for a rollout that has just begun.
  if (primary?.rolloutState === "IN_PROGRESS" && !known.classicOnly) return found;
  return { ...found, classicOnly: known.classicOnly ?? "ECS keeps them for 90 days, and this one is older" };
}

/** Returns the subject of the watch of a rollout. */
export function subjectOf(target: Target, release: Release, found: FoundRollout, deadline: number): Subject {
  return { ...found, container: target.container, digests: [release.digest], image: release.image, deadline };
}

export function toFoundRollout({ arn, registeredAt }: OwnRevision): FoundRollout {
  return { taskDefinition: arn, registeredAt };
}
