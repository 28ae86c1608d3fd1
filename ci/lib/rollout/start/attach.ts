import type { Target } from "../../config/target.js";
import type { CurrentService } from "../../ecs/service.js";
import { earliestOf, type ListedDeployment, type ReadableDeployments } from "../../ecs/service-deployments.js";
import { primaryOf, type Subject } from "../../ecs/snapshot.js";
import { isFinished } from "../../ecs/states.js";
import { latestOf } from "../plan/deployment-in-flight.js";
import { type OwnRevision, registeredAt, rolledBackBy } from "../revisions/own-revisions.js";
import type { Release } from "../session.js";
import { deploymentOf, type RolloutIds } from "./rollout-lookup.js";

/** A rollout that is there, and the revision that it brings. */
export interface FoundRollout extends RolloutIds {
  taskDefinition: string;
  /** Milliseconds since the epoch, on AWS's clock. */
  registeredAt: number;
  classicOnly?: string;
}

/**
 * The rollout that this attempt has begun before. With a run id it is taken up in any state, so that the same call gives the same verdict
 * again; without one, only while it is unfinished or is being taken back. Pure.
 * @param revisions The attempt's own.
 */
export function attachToOwn(
  now: CurrentService,
  known: ReadableDeployments,
  revisions: readonly OwnRevision[],
  hasRunId: boolean,
): FoundRollout | undefined {
  const undone = beingTakenBack(now, known);
  const isTaken = (one: ListedDeployment) => hasRunId || !isFinished(one.status) || one.taskDefinition === undone;
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

/** ARN of the revision that an undo takes back which has not come to its end, and that nobody has deployed over. */
function beingTakenBack({ service, current }: CurrentService, { listed }: ReadableDeployments): string | undefined {
  const undone = rolledBackBy(current);
  const primary = primaryOf(service);
  if (undone === undefined || primary?.rolloutState !== "IN_PROGRESS") return undefined;
  const latest = [...listed].sort((a, b) => b.createdAt - a.createdAt)[0]?.taskDefinition;
  // The undo itself is listed late.
  return latest === primary.taskDefinition || latest === undone ? undone : undefined;
}

/** Where service deployments can't be read or are not listed yet, the one that the service is set to is known all the same. */
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
    ...(primary?.id !== undefined && { deploymentId: primary.id }),
    ...(classicOnly !== undefined && { classicOnly }),
  };
}

/**
 * The rollout that has set the service to this very version and image, if it is in flight or ended well, whoever began it: watching it
 * again gives its verdict, and nothing has to be changed. One that failed or was stopped is not taken up: a new attempt follows. Pure.
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
  // The list lags: what has just begun is looked for again while it is watched.
  if (primary?.rolloutState === "IN_PROGRESS" && !known.classicOnly) return found;
  return { ...found, classicOnly: known.classicOnly ?? "ECS keeps them for 90 days, and this one is gone" };
}

/** What a revision and its rollout are to the watch. */
export function subjectOf(target: Target, release: Release, found: FoundRollout, deadline: number): Subject {
  return { ...found, container: target.container, digests: [release.digest], image: release.image, deadline };
}

export function toFoundRollout({ arn, registeredAt }: OwnRevision): FoundRollout {
  return { taskDefinition: arn, registeredAt };
}
