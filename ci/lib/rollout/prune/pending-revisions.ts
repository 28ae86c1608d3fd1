import { revisionTag } from "../../ecs/revision-tags.js";
import { describeRevision, registeredAt, tagOf } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";
import type { RevisionUses } from "./revision-uses.js";

/**
 * Time for which a registered revision without a rollout belongs to its deploy, in milliseconds: the deploy may be waiting for the
 * pre-deploy task, and may run again later. GitHub allows re-runs of a workflow run for 30 days:
 * https://docs.github.com/en/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs
 */
const pendingFor = 30 * 24 * 3_600_000;

/**
 * Adds the uses of those revisions that a deploy still needs.
 * @param revisions ARNs by number.
 */
export type PendingSearch = (uses: RevisionUses, revisions: ReadonlyMap<number, string>) => Promise<void>;

/** Creates the search for one prune run. It describes each revision once, because the tags of a registration never change. */
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

/** @returns The deploy that still needs the revision; undefined when none of ours registered it, or only long ago. */
async function deployOf(session: Session, arn: string): Promise<string | undefined> {
  const found = await describeRevision(session, arn);
  const verb = tagOf(found, revisionTag.verb);
  if (verb === undefined || session.clock.now() - registeredAt(found) > pendingFor) return undefined;
  return `a ${verb === "undo" ? "rollback" : verb} of ${tagOf(found, revisionTag.version) ?? "its version"} registered it and has not rolled it out`;
}
