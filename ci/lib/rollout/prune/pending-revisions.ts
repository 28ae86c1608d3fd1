import { revisionTag } from "../../ecs/revision-tags.js";
import { describeRevision, registeredAt, tagOf } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";
import type { RevisionUses } from "./revision-uses.js";

/**
 * Milliseconds for which a revision that a deploy has registered and not rolled out belongs to that deploy: its call may be waiting for
 * the task before the deploy, and may be run again later. GitHub lets a workflow run be started again for 30 days:
 * https://docs.github.com/en/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs
 */
const pendingFor = 30 * 24 * 3_600_000;

/**
 * Notes as used those among revisions that a deploy still names.
 * @param revisions ARNs by number.
 */
export type PendingSearch = (uses: RevisionUses, revisions: ReadonlyMap<number, string>) => Promise<void>;

/** Makes the search of one clean-up, which describes each revision once: the tags of its registration never change. */
export function pendingSearch(session: Session): PendingSearch {
  const names = new Map<string, string | undefined>();
  return async (uses, revisions) => {
    for (const [revision, arn] of revisions) {
      if (uses.wasDeployed(revision)) continue;
      if (!names.has(arn)) names.set(arn, await deployOf(session, arn));
      const by = names.get(arn);
      if (by !== undefined) uses.add(arn, by);
    }
  };
}

/** @returns Who names the revision; undefined when no deploy of ours has registered it, or only long ago. */
async function deployOf(session: Session, arn: string): Promise<string | undefined> {
  const found = await describeRevision(session, arn);
  const verb = tagOf(found, revisionTag.verb);
  if (verb === undefined || session.clock.now() - registeredAt(found) > pendingFor) return undefined;
  return `a ${verb === "undo" ? "rollback" : verb} of ${tagOf(found, revisionTag.version) ?? "its version"} registered it and has not rolled it out`;
}
