import { chunksOf } from "../../aws/paging.js";
import { sdk } from "../../aws/sdk.js";
import { abort } from "../../aws/send-options.js";
import type { Session } from "../session.js";
import { sendOnce } from "../start/send-once.js";
import { findUnused, pruneLimit } from "./find-unused.js";
import { pendingSearch } from "./pending-revisions.js";

/** Result of pruning a family's old revisions. */
export interface PruneResult {
  /** How many of the newest stay. */
  keep: number;
  /** As in `service:3`, the oldest first. */
  deregistered: string[];
  /** Old ones that stay, and the user of each. */
  inUse: { revision: string; by: string }[];
  /** How many old ones are left for the next time, because there were so many. */
  left: number;
  /** Reason for which pruning did not start, or stopped. */
  refused?: string;
}

/**
 * The API lets one revision a second be registered or deregistered, 20 at once, in the whole account
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html). Half of that burst is left to others.
 */
const atOnce = 10;

/**
 * Deregisters the revisions of the target's family that nobody uses, but the newest. Each is looked at twice: the second time just before
 * it goes. Where anything can't be looked at, nothing (more) is deregistered: the report says why, and nothing is thrown.
 *
 * A revision that a deploy has registered and not rolled out stays for 30 days. With one that was rolled out goes what its tags keep of
 * an attempt: a run id is not recognised again once its revision is gone.
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

/** One that is deregistered already stays so: a repetition does no harm, and the SDK's retries are left on. */
async function deregister(session: Session, taskDefinition: string): Promise<void> {
  const command = new sdk.ecs.DeregisterTaskDefinitionCommand({ taskDefinition });
  await sendOnce(session, "DeregisterTaskDefinition", () => session.aws.ecs.send(command, abort(session)));
}
