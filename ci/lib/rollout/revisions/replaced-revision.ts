import type { RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { type Running, runningOf } from "../../ecs/containers.js";
import { revisionTag } from "../../ecs/revision-tags.js";
import { describeServiceDeployment, taskDefinitionsOf } from "../../ecs/service-deployments.js";
import type { Session } from "../session.js";
import { describeRevision, tagOf } from "./own-revisions.js";

/**
 * Reads version and image of the revision that a deployment replaces; undefined where ECS names none, or it can't be read.
 * @param arn Of the service deployment, where it is known.
 * @param revision Revision that it rolls out.
 */
export async function readReplaced(
  session: Session,
  { arn, revision }: { arn?: string; revision: RawTaskDefinition },
): Promise<Running | undefined> {
  try {
    const { sources = [] } = (arn === undefined ? undefined : await describeServiceDeployment(session, arn)) ?? {};
    const replaced = [...(await taskDefinitionsOf(session, sources)).values()];
    const tagged = tagOf(revision, revisionTag.base);
    // Another tool may roll out an old revision of Slipway, whose tag names what it replaced then.
    const base = tagged !== undefined && replaced.includes(tagged) ? tagged : (replaced[0] ?? tagged);
    return base === undefined ? undefined : runningOf(await describeRevision(session, base), session.target);
  } catch {
    session.signal?.throwIfAborted();
    // The replaced revision may have been deleted, or have other containers: the report names the current one then.
    return undefined;
  }
}
