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
  /** Digest that it ran, where the revision names its image by a tag. */
  digest?: string;
  /** The successful deployment of the revision; absent when none is known. */
  proof?: DeploymentRecord;
}

/**
 * Returns the target of an unfinished rollback: the revision that the service is set to, while that is the latest deployment and the
 * service has not settled on it. ECS lists the deployment late, and returns SUCCESSFUL before the deployment is completed. Pure.
 * @param history Newest first.
 * @returns undefined when no rollback is in progress.
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
 * Returns the last successful deployment of something else than what runs now. Deployments that a user rolled back from are skipped,
 * though ECS reports them as successful. Pure.
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

/** Returns all candidates of `lastSuccessful`, the newest first, each revision once. Pure. */
export function successfulTargets(history: readonly DeploymentRecord[], running: Running): RollbackTarget[] {
  const leftBehind = new Set<string | undefined>();
  const goals = new Map<string, RollbackTarget>();
  for (const record of history) {
    if (record.ending !== "deployed") continue;
    const isPassed =
      leftBehind.has(record.taskDefinition) || isSame(record, running) || goals.has(record.taskDefinition);
    if (!isPassed) goals.set(record.taskDefinition, goalOf(record));
    leftBehind.add(record.wentBackFrom);
  }
  return [...goals.values()];
}

/** Returns the last successful deployment of a version or a revision; undefined when there is none. Pure. */
export function successfulAs(
  history: readonly DeploymentRecord[],
  isMeant: (record: DeploymentRecord) => boolean,
): RollbackTarget | undefined {
  const record = history.find((one) => one.ending === "deployed" && isMeant(one));
  return record && goalOf(record);
}

function goalOf(record: DeploymentRecord): RollbackTarget {
  const { taskDefinition, digest } = record;
  return {
    taskDefinition,
    ...(digest !== undefined && { digest }),
    ...(record.ending === "deployed" && { proof: record }),
  };
}

function isSame(record: DeploymentRecord, running: Running): boolean {
  if (record.taskDefinition === running.taskDefinition) return true;
  return record.version === running.version && record.digest !== undefined && record.digest === running.digest;
}
