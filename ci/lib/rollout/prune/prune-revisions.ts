import { chunksOf } from "../../aws/paging.js";
import { abort, sdk } from "../../aws/sdk.js";
import { sendOnce } from "../calls/send-once.js";
import type { Session } from "../session.js";
import { findUnused, pruneLimit } from "./find-unused.js";
import { pendingSearch } from "./pending-revisions.js";

/** Result of pruning a family's old revisions. */
export interface PruneResult {
  /** Number of the newest revisions that stay. */
  keep: number;
  /** As in `service:3`, the oldest first. */
  deregistered: string[];
  /** Old ones that stay, and the user of each. */
  inUse: { revision: string; by: string }[];
  /** Number of unused revisions above the limit of one deploy, left for the next one. */
  left: number;
  /** Reason for which pruning did not start, or stopped. */
  refused?: string;
}

/**
 * Number of revisions deregistered at once. ECS allows one registration or deregistration a second and a burst of 20 in the whole account
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html). Half of that burst is left to other callers.
 */
const atOnce = 10;

/**
 * Deregisters the unused revisions of the target's family, except the newest. Each is checked twice, the second time just before it is
 * deregistered. When a read fails, no further revision is deregistered: the result has the reason, and nothing is thrown.
 *
 * A registered revision without a rollout stays for 30 days. Deregistering a revision loses its tags: its run id is not recognised again.
 */
export async function pruneRevisions(session: Session, keep: number): Promise<PruneResult> {
  const { family } = session.target;
  const nameOf = (revision: number) => `${family}:${revision}`;
  const report: PruneResult = { keep, deregistered: [], inUse: [], left: 0 };
  try {
    session.progress(`Finding unused revisions of ${family} (keeping the newest ${keep}).`);
    const addPending = pendingSearch(session);
    const { free, inUse } = await findUnused(session, keep, addPending);
    report.inUse = inUse.map(({ revision, by }) => ({ revision: nameOf(revision), by }));
    report.left = Math.max(0, free.length - pruneLimit);
    for (const [index, part] of chunksOf(free.slice(0, pruneLimit), atOnce).entries()) {
      if (index > 0) await session.clock.sleep(atOnce * 1000, session.signal);
      const again = await findUnused(session, keep, addPending);
      for (const revision of part.filter((one) => again.free.includes(one))) {
        await deregister(session, nameOf(revision));
        report.deregistered.push(nameOf(revision));
        session.progress(`Deregistered ${nameOf(revision)}.`);
      }
    }
    return report;
  } catch (error) {
    session.signal?.throwIfAborted();
    return { ...report, refused: (error as Error).message };
  }
}

/** Deregistering twice has no further effect, so the SDK's retries stay on. */
async function deregister(session: Session, taskDefinition: string): Promise<void> {
  const command = new sdk.ecs.DeregisterTaskDefinitionCommand({ taskDefinition });
  await sendOnce(session, "DeregisterTaskDefinition", () => session.aws.ecs.send(command, abort(session)));
}
