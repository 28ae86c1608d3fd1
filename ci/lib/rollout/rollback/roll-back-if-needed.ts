import { primaryOf } from "../../ecs/snapshot.js";
import type { Session } from "../session.js";
import type { Started } from "../start/start.js";
import type { Baseline } from "../verify/baseline.js";
import type { HttpCheck } from "../verify/verify.js";
import type { WatchedRollout } from "../watch/watch.js";
import { type AutomaticRollback, rollBackAutomatically } from "./automatic-rollback.js";
import { rollbackReason } from "./rollback-reason.js";
import { reasonTagOf } from "./rollback-revision.js";

/** A rollout at its end, and what is served after it. */
export interface FinishedRollout {
  started: Started;
  watched: WatchedRollout;
  http: HttpCheck;
  version: string;
  baseline: Baseline;
}

/**
 * Takes a rollout back where it is to be, or goes on with taking it back where an earlier call was cut off.
 * @returns undefined when it stays as it is.
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

/** What has taken our place may be our own undo. */
async function earlierReason(
  session: Session,
  { judgement, snapshots, subject }: WatchedRollout,
): Promise<string | undefined> {
  const latest = snapshots.at(-1);
  const primary = latest && primaryOf(latest.service);
  if (judgement.verdict !== "superseded" || !primary) return undefined;
  return await reasonTagOf(session, primary.taskDefinition, subject.taskDefinition);
}
