import { present } from "../../common/present.js";
import { primaryOf } from "../../ecs/snapshot.js";
import type { Session } from "../session.js";
import type { Started } from "../start/find-rollout.js";
import { type Baseline, ownershipOf } from "../verify/baseline.js";
import type { HttpCheck } from "../verify/verify.js";
import type { WatchedRollout } from "../watch/watch.js";
import { type AutomaticRollback, rollBackAutomatically } from "./automatic-rollback.js";
import { reasonTagOf } from "./rollback-revision.js";

/** A finished rollout, and the HTTP answers after it. */
export interface FinishedRollout {
  started: Started;
  watched: WatchedRollout;
  http: HttpCheck;
  version: string;
  /** Answers of the public URL before the rollout. */
  baseline: Baseline;
}

/**
 * Rolls back automatically where that is needed, or continues an automatic rollback of an earlier call that was interrupted.
 * @returns undefined when no rollback is needed.
 */
export async function rollBackIfNeeded(
  session: Session,
  ended: FinishedRollout,
): Promise<AutomaticRollback | undefined> {
  const { started, watched } = ended;
  const { base } = started;
  const why = rollbackReason(ended) ?? (await earlierReason(session, watched));
  if (why === undefined) return undefined;
  if (base === undefined)
    return { why, refused: "another call began the rollout, so its previous revision is unknown" };
  const { ours } = watched.snapshots.at(-1) ?? {};
  const { desiredCount } = started.service;
  return rollBackAutomatically(session, { subject: watched.subject, base, why, ...present({ ours, desiredCount }) });
}

/** The revision that replaced ours may be our own automatic rollback. */
async function earlierReason(
  session: Session,
  { judgement, snapshots, subject }: WatchedRollout,
): Promise<string | undefined> {
  const latest = snapshots.at(-1);
  const primary = latest && primaryOf(latest.service);
  if (judgement.verdict !== "superseded" || !primary) return undefined;
  return await reasonTagOf(session, primary.taskDefinition, subject.taskDefinition);
}

/**
 * Returns the reason for an automatic rollback: the rollout failed and ECS did not roll back, or HTTP answers prove that another version
 * is served. A proof counts only from a URL where the running version answered the same requests correctly before, and only for a
 * rollout whose old tasks have all stopped. Pure.
 * @returns undefined when the rollout succeeded, another deployment or a user ended it, ECS rolled back itself, or nothing is proven.
 */
function rollbackReason({ watched, http, baseline, version }: FinishedRollout): string | undefined {
  const { verdict } = watched.judgement;
  if (verdict === "failed" && isGivenUp(watched)) return "ECS stopped the rollout without a rollback";
  return verdict === "deployed" ? wrongAnswer(http, baseline, version) : undefined;
}

/** Returns the proof that the public URL, which is this service's, does not serve the version; undefined where there is none. Pure. */
export function wrongAnswer(http: HttpCheck, baseline: Baseline, version: string): string | undefined {
  if (http.state !== "wrong" || !http.proven || ownershipOf(baseline) !== "ours") return undefined;
  return `${http.url} answers ${http.answered} instead of ${version}`;
}

/** Stopped by the circuit breaker or an alarm, with no rollback configured. A rollback that failed too is left to the user. */
function isGivenUp({ subject, snapshots }: WatchedRollout): boolean {
  const latest = snapshots.at(-1);
  if (!subject.classicOnly) return latest?.ours?.status === "STOPPED";
  const primary = latest && primaryOf(latest.service);
  return primary?.taskDefinition === subject.taskDefinition && primary.rolloutState === "FAILED";
}
