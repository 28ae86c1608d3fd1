import { nameIn } from "../../aws/arn.js";
import type { JsonObject, RawTaskDefinition } from "../../aws/raw-task-definition.js";
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

/** The revision that takes another one back. */
export interface RollbackRevision {
  /** What an earlier call has registered and perhaps rolled out; undefined when there is none. */
  left: OwnRevision | undefined;
  register(): Promise<OwnRevision>;
}

/**
 * The exact copy of `source` that takes `undone` back, tagged with what it undoes and why, so that a call that was cut off finds it.
 * @param current ARN of the revision that the service is set to: the list of revisions lags, and it may be the one that is looked for.
 * @param undone ARN of the revision that is taken back.
 */
export async function rollbackRevision(
  session: Session,
  source: RawTaskDefinition,
  { current, undone, why }: { current: string; undone: string; why: string },
): Promise<RollbackRevision> {
  const registration = copyOf(session, source, undone, why);
  const find = () => findUndo(session, registration, { current, undone });
  const [left] = await find();
  return {
    left,
    async register() {
      const revision = await register(session, registration, undone, find);
      session.progress(`Registered ${nameIn(revision.arn)}.`);
      return revision;
    },
  };
}

/** Why the service's current revision takes `undone` back; undefined when it does not. */
export async function reasonTagOf(session: Session, current: string, undone: string): Promise<string | undefined> {
  const revision = await describeRevision(session, current);
  return isUndoOf(revision, undone)
    ? (tagOf(revision, revisionTag.because) ?? "an earlier call proved it wrong")
    : undefined;
}

function copyOf({ target, clock }: Session, source: RawTaskDefinition, undone: string, why: string): JsonObject {
  const { taskDefinition, tags } = source;
  const kept = Object.entries(taskDefinition).filter(([name]) => !answeredOnly.has(name));
  const { version, digest } = runningOf(source, target);
  const commit = tags.find(({ key }) => key === revisionTag.commit)?.value;
  const own = {
    [revisionTag.verb]: "undo",
    [revisionTag.base]: undone,
    [revisionTag.because]: tagText(why),
    [revisionTag.time]: new Date(clock.now()).toISOString(),
    ...(version !== undefined && { [revisionTag.version]: version }),
    ...(digest !== undefined && { [revisionTag.digest]: digest }),
    ...(commit !== undefined && { [revisionTag.commit]: commit }),
  };
  return { ...Object.fromEntries(kept), tags: nextTags(tags, own) };
}

/** The lowest first: a lost answer that came true later leaves a second one. */
async function findUndo(
  session: Session,
  registration: JsonObject,
  { current, undone }: { current: string; undone: string },
): Promise<OwnRevision[]> {
  const known = new Set([current, ...(await newestRevisions(session))]);
  const newer = [...known].filter((arn) => revisionNumber(arn) > revisionNumber(undone));
  const revisions = await Promise.all(newer.map((arn) => describeRevision(session, arn)));
  return revisions
    .filter((one) => isUndoOf(one, undone) && matchesRegistration(one.taskDefinition, registration))
    .map((one) => ownRevision(one, undone))
    .sort((a, b) => revisionNumber(a.arn) - revisionNumber(b.arn));
}

function isUndoOf(revision: RawTaskDefinition, undone: string): boolean {
  return tagOf(revision, revisionTag.verb) === "undo" && tagOf(revision, revisionTag.base) === undone;
}
