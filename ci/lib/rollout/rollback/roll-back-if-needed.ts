import { primaryOf } from "../../ecs/snapshot.js";
import type { Session } from "../session.js";
import type { Started } from "../start/start.js";
import type { Baseline } from "../verify/baseline.js";
import type { HttpCheck } from "../verify/verify.js";
import type { WatchedRollout } from "../watch/watch.js";
import { type AutomaticRollback, rollBackAutomatically } from "./automatic-rollback.js";
import { rollbackReason } from "./rollback-reason.js";
import { reasonTagOf } from "./rollback-revision.js";

/** A finished rollout, and the HTTP answers after it. */
export interface FinishedRollout {
  started: Started;
  watched: WatchedRollout;
  http: HttpCheck;
  version: string;
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
  return rollBackAutomatically(session, {
    subject: watched.subject,
    base,
    why,
    ...(ours && { ours }),
    ...(desiredCount && { desiredCount }),
  });
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
