import { withDescribedErrors } from "../aws/describe-error.js";
import type { RawTaskDefinition } from "../aws/raw-task-definition.js";
import { nameIn } from "../common/aws-names.js";
import { InputError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import { choices } from "../common/name-suggestions.js";
import { type Running, runningOf } from "../ecs/containers.js";
import { readService } from "../ecs/service.js";
import type { DeploymentRecord } from "./history/deployment-record.js";
import { historyLimit, readHistory } from "./history/read-history.js";
import {
  lastSuccessful,
  type RollbackTarget,
  rollbackInProgress,
  successfulAs,
  successfulTargets,
} from "./history/rollback-target.js";
import { firstStartable, missingImages, type StartableTarget } from "./history/startable-target.js";
import type { RolloutResult } from "./result.js";
import { describeRevision, newestRevisions } from "./revisions/own-revisions.js";
import type { Listened } from "./rollout-listener.js";
import { run } from "./run.js";
import type { RunOptions } from "./run-options.js";
import type { Release, Session } from "./session.js";

export interface RollbackOptions extends Omit<RunOptions, "release" | "verb" | "source" | "runId">, Listened {
  /** A version, as in `v1.2.3`, or a revision, as in `service:7` or `7`; by default the last successful release. */
  to?: string;
}

/**
 * Rolls back to an earlier release: registers a copy of its task definition, because the old revision may be deregistered, then rolls out,
 * watches and judges the copy like a deploy.
 * @throws InputError when there is no rollback target, or when preflight fails.
 */
export async function runRollback({ to, ...options }: RollbackOptions): Promise<RolloutResult> {
  const now = await readService(options.aws, options.target, options.signal);
  const { running } = now;
  const past = await withDescribedErrors(readHistory(options, historyLimit));
  const begun = to === undefined ? rollbackInProgress(now, past) : undefined;
  const { goal, source } = await withDescribedErrors(
    begun ? described(options, begun) : choose(options, past, running, to),
  );
  const release = releaseOf(options, source, goal);
  options.progress(
    begun
      ? `A rollback to ${release.version} (${nameIn(goal.taskDefinition)}) is unfinished: continuing it.`
      : `Rolling back from ${running.version ?? running.image} to ${release.version}, from ${nameIn(goal.taskDefinition)}: ${proofOf(goal)}.`,
  );
  return await run({ ...options, release, source, verb: "rollback" });
}

/** Skips revisions whose images no longer exist, because their tasks can't start; refuses one that the user names. */
async function choose(
  session: Omit<RollbackOptions, "to">,
  past: readonly DeploymentRecord[],
  running: Running,
  to: string | undefined,
): Promise<StartableTarget> {
  if (to !== undefined) {
    const wanted = await described(session, await named(session, past, to, running.taskDefinition), to);
    if (!session.settings?.ignore.includes("image-missing")) await refuseUnstartable(session, wanted, past, running);
    return wanted;
  }
  const last = lastSuccessful(past, running);
  if (session.settings?.ignore.includes("image-missing")) return await described(session, last);
  const found = await firstStartable(session, successfulTargets(past, running));
  if (found) return found;
  throw new InputError(
    "nothing-startable",
    `No rollback target: of every successful release an image is missing in ECR. The last one is ${nameIn(last.taskDefinition)}. Push its image again, or deploy a version that ECR has: deploy --published --version VERSION.`,
  );
}

/** @throws InputError that names the missing images, and the release to roll back to instead. */
async function refuseUnstartable(
  session: Session,
  { goal, source }: StartableTarget,
  past: readonly DeploymentRecord[],
  running: Running,
): Promise<void> {
  const missing = await missingImages(session)(source);
  if (missing.length === 0) return;
  const others = successfulTargets(past, running).filter((one) => one.taskDefinition !== goal.taskDefinition);
  const other = await firstStartable(session, others);
  const next = other
    ? `The last successful release that can be started is ${nameIn(other.goal.taskDefinition)}: rollback --to ${nameIn(other.goal.taskDefinition)}.`
    : "No other successful release can be started either.";
  throw new InputError(
    "image-missing",
    `${nameIn(goal.taskDefinition)} can't be started: ${missing.join(" and ")} is not in ECR, or can't be pulled. ${next} To roll back to it all the same: --ignore image-missing.`,
  );
}

async function named(
  session: Session,
  past: readonly DeploymentRecord[],
  to: string,
  current: string,
): Promise<RollbackTarget> {
  const version = successfulAs(past, (one) => one.version === to);
  if (version) return version;
  const { family } = session.target;
  const [, number] = /^(?:.*[:/])?(\d+)$/.exec(to) ?? [];
  const taskDefinition = current.replace(/\d+$/, number ?? "");
  const isRevision = number !== undefined && [number, `${family}:${number}`, taskDefinition].includes(to);
  if (isRevision) return successfulAs(past, (one) => one.taskDefinition === taskDefinition) ?? { taskDefinition };
  if (/[:/]/.test(to)) throw badTo(session, to);
  return await unprovenVersion(session, past, to);
}

/** Searches the revisions themselves, because ECS keeps deployments for 90 days only. */
async function unprovenVersion(
  session: Session,
  past: readonly DeploymentRecord[],
  version: string,
): Promise<RollbackTarget> {
  const versions = past.flatMap((one) => one.version ?? []);
  for (const taskDefinition of await newestRevisions(session)) {
    const revision = await describeRevision(session, taskDefinition);
    const found = runningOf(revision, session.target).version;
    if (found === version) return { taskDefinition };
    if (found !== undefined) versions.push(found);
  }
  const { suggestion, list } = choices(version, versions);
  throw new InputError(
    "no-such-version",
    `${neutral(version, 100)} is neither among the deployments that ECS lists nor among the newest revisions of ${session.target.family}. ${suggestion}${list && `They have: ${list}. `}See history, or deploy it: deploy --published --version ${neutral(version, 100)}.`,
  );
}

/** Converts the error for a revision that the user names and that does not exist. */
async function described(session: Session, goal: RollbackTarget, to?: string): Promise<StartableTarget> {
  try {
    return { goal, source: await describeRevision(session, goal.taskDefinition) };
  } catch (error) {
    if ((error as Error).name !== "ClientException" || to === undefined) throw error;
    throw new InputError(
      "no-such-revision",
      `${nameIn(goal.taskDefinition)} is no rollback target: ${neutral((error as Error).message)} Name another with --to; see history.`,
      { cause: error },
    );
  }
}

function releaseOf({ target }: Session, source: RawTaskDefinition, goal: RollbackTarget): Release {
  const { image, version, digest = goal.digest } = runningOf(source, target);
  if (digest !== undefined && version !== undefined) {
    const repository = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
    return { version, image: `${repository}@${digest}`, digest };
  }
  throw new InputError(
    "not-a-release",
    `${nameIn(goal.taskDefinition)} is no rollback target: its container ${target.container} names ${digest === undefined ? `no digest (${image})` : "no version"}. Name another with --to; see history.`,
  );
}

function proofOf({ proof }: RollbackTarget): string {
  return proof === undefined
    ? "unproven, because ECS lists no successful deployment of it"
    : `its deployment at ${new Date(proof.startedAt).toISOString()} succeeded`;
}

function badTo({ target }: Session, to: string): InputError {
  return new InputError(
    "bad-to",
    `${JSON.stringify(to)} names no rollback target. Accepted: a version, as in v1.2.3, or a revision of ${target.family}, as in ${target.family}:7 or 7.`,
  );
}
