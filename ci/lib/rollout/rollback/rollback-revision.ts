import type { JsonObject, RawTaskDefinition } from "../../aws/raw-task-definition.js";
import { nameIn } from "../../common/aws-names.js";
import { present } from "../../common/present.js";
import { runningOf } from "../../ecs/containers.js";
import { revisionTag, tagText } from "../../ecs/revision-tags.js";
import { answeredOnly, nextTags } from "../plan/plan.js";
import {
  describeRevision,
  newestRevisions,
  type OwnRevision,
  ownRevision,
  revisionNumber,
  tagOf,
} from "../revisions/own-revisions.js";
import { matchesRegistration } from "../revisions/same-content.js";
import type { Session } from "../session.js";
import { register } from "../start/register.js";

/** The revision of an automatic rollback. */
export interface RollbackRevision {
  /** Revision that an earlier call registered and may have rolled out; undefined when there is none. */
  left: OwnRevision | undefined;
  register(): Promise<OwnRevision>;
}

/**
 * Finds or registers the exact copy of `source` that replaces `failed`, tagged with the replaced revision and the reason, so that a call
 * after an interrupted one finds it.
 * @param current ARN of the revision that the service is set to: the list of revisions lags, and it may be the one to find.
 * @param failed ARN of the revision that is rolled back.
 */
export async function rollbackRevision(
  session: Session,
  source: RawTaskDefinition,
  { current, failed, why }: { current: string; failed: string; why: string },
): Promise<RollbackRevision> {
  const registration = copyOf(session, source, failed, why);
  const find = () => findRollback(session, registration, { current, failed });
  const [left] = await find();
  return {
    left,
    async register() {
      const revision = await register(session, registration, failed, find);
      session.progress(`Registered ${nameIn(revision.arn)}.`);
      return revision;
    },
  };
}

/** Reads the reason for which the service's current revision replaces `failed`; undefined when it does not. */
export async function reasonTagOf(session: Session, current: string, failed: string): Promise<string | undefined> {
  const revision = await describeRevision(session, current);
  return isRollbackOf(revision, failed)
    ? (tagOf(revision, revisionTag.because) ?? "an earlier call proved it wrong")
    : undefined;
}

function copyOf({ target, clock }: Session, source: RawTaskDefinition, failed: string, why: string): JsonObject {
  const { taskDefinition, tags } = source;
  const kept = Object.entries(taskDefinition).filter(([name]) => !answeredOnly.has(name));
  const { version, digest } = runningOf(source, target);
  const commit = tags.find(({ key }) => key === revisionTag.commit)?.value;
  const own = {
    [revisionTag.verb]: "undo",
    [revisionTag.base]: failed,
    [revisionTag.because]: tagText(why),
    [revisionTag.time]: new Date(clock.now()).toISOString(),
    ...present({ [revisionTag.version]: version, [revisionTag.digest]: digest, [revisionTag.commit]: commit }),
  };
  return { ...Object.fromEntries(kept), tags: nextTags(tags, own) };
}

/** Returns the lowest one: a registration whose answer was lost leaves a second one. */
async function findRollback(
  session: Session,
  registration: JsonObject,
  { current, failed }: { current: string; failed: string },
): Promise<OwnRevision[]> {
  const known = new Set([current, ...(await newestRevisions(session))]);
  const newer = [...known].filter((arn) => revisionNumber(arn) > revisionNumber(failed));
  const revisions = await Promise.all(newer.map((arn) => describeRevision(session, arn)));
  return revisions
    .filter((one) => isRollbackOf(one, failed) && matchesRegistration(one.taskDefinition, registration))
    .map((one) => ownRevision(one, failed))
    .sort((a, b) => revisionNumber(a.arn) - revisionNumber(b.arn));
}

function isRollbackOf(revision: RawTaskDefinition, failed: string): boolean {
  return tagOf(revision, revisionTag.verb) === "undo" && tagOf(revision, revisionTag.base) === failed;
}
