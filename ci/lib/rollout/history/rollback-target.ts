import { InputError } from "../../common/errors.js";
import type { Running } from "../../ecs/containers.js";
import { revisionTag } from "../../ecs/revision-tags.js";
import type { CurrentService } from "../../ecs/service.js";
import { primaryOf } from "../../ecs/snapshot.js";
import { tagOf } from "../revisions/own-revisions.js";
import type { DeploymentRecord } from "./deployment-record.js";

/** Revision that a rollback returns to. */
export interface RollbackTarget {
  /** ARN of the revision that is copied. */
  taskDefinition: string;
  /** What it ran, where the revision itself names its image by a tag. */
  digest?: string;
  /** The deployment that has proven it; absent when none is known that did. */
  proof?: DeploymentRecord;
}

/**
 * Where a rollback is going that has not come to its end: to what the service is set to, while that is the latest deployment and the
 * service has not settled on it. ECS lists it late, and calls it SUCCESSFUL before it is the completed deployment. Pure.
 * @param history Newest first.
 * @returns undefined when none is on its way.
 */
export function rollbackInProgress(
  { service, current, running }: CurrentService,
  history: readonly DeploymentRecord[],
): RollbackTarget | undefined {
  const { taskDefinition } = running;
  if (tagOf(current, revisionTag.verb) !== "rollback") return undefined;
  const [latest] = history;
  if (latest?.taskDefinition !== taskDefinition && history.some((one) => one.taskDefinition === taskDefinition))
    return undefined;
  const listed = latest?.taskDefinition === taskDefinition ? latest : undefined;
  const primary = primaryOf(service);
  if (listed?.ending !== "unfinished" && primary?.rolloutState !== "IN_PROGRESS") return undefined;
  return listed ? goalOf(listed) : { taskDefinition };
}

/**
 * The last deployment that ended well and runs something else than what runs now. What somebody has gone back from is passed over,
 * though ECS calls it deployed. Pure.
 * @param history Newest first.
 * @throws InputError when there is none.
 */
export function lastSuccessful(history: readonly DeploymentRecord[], running: Running): RollbackTarget {
  const [last] = successfulTargets(history, running);
  if (last) return last;
  throw new InputError(
    "nothing-proven",
    `No rollback target: none of the last ${history.length} deployments succeeded with a release other than the running one (${running.version ?? running.image}). Name a version or a revision with --to; run history for the list.`,
  );
}

/** All that `lastProven` could choose, the last one first, each revision once. Pure. */
export function successfulTargets(history: readonly DeploymentRecord[], running: Running): RollbackTarget[] {
  const leftBehind = new Set<string | undefined>();
  const goals = new Map<string, RollbackTarget>();
  for (const past of history) {
    if (past.ending !== "deployed") continue;
    const isPassed = leftBehind.has(past.taskDefinition) || isSame(past, running) || goals.has(past.taskDefinition);
    if (!isPassed) goals.set(past.taskDefinition, goalOf(past));
    leftBehind.add(past.wentBackFrom);
  }
  return [...goals.values()];
}

/** The last deployment that ended well of a version or a revision; undefined when there is none. Pure. */
export function successfulAs(
  history: readonly DeploymentRecord[],
  isMeant: (past: DeploymentRecord) => boolean,
): RollbackTarget | undefined {
  const past = history.find((one) => one.ending === "deployed" && isMeant(one));
  return past && goalOf(past);
}

function goalOf(past: DeploymentRecord): RollbackTarget {
  const { taskDefinition, digest } = past;
  return {
    taskDefinition,
    ...(digest !== undefined && { digest }),
    ...(past.ending === "deployed" && { proof: past }),
  };
}

function isSame(past: DeploymentRecord, running: Running): boolean {
  if (past.taskDefinition === running.taskDefinition) return true;
  return past.version === running.version && past.digest !== undefined && past.digest === running.digest;
}
