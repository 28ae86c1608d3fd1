import { type JsonObject, type RawTaskDefinition, registerTaskDefinition } from "../../aws/raw-task-definition.js";
import { readThroughLag } from "../calls/retry.js";
import { LostAnswer, sendOnce } from "../calls/send-once.js";
import { type OwnRevision, ownRevision } from "../revisions/own-revisions.js";
import type { Session } from "../session.js";

/**
 * Registers the deploy's revision. After a lost answer it searches for the revision, and registers again only when it finds none: a
 * duplicate is harmless, because the lowest revision counts.
 * @param find Returns the deploy's revisions in the family, the lowest first.
 */
export async function register(
  session: Session,
  registration: JsonObject,
  base: string,
  find: () => Promise<OwnRevision[]>,
): Promise<OwnRevision> {
  const send = () => registerTaskDefinition(session.aws.ecs, registration, session.signal);
  for (let times = 1; ; times++) {
    try {
      const taskDefinition = await sendOnce(session, "RegisterTaskDefinition", send);
      return ownRevision({ taskDefinition, tags: registration.tags as RawTaskDefinition["tags"] }, base);
    } catch (error) {
      if (!(error instanceof LostAnswer)) throw error;
      session.progress("RegisterTaskDefinition was not answered: searching the revision.");
      const [found] = await readThroughLag(session, find, (own) => own.length > 0);
      if (found) return found;
      if (times === tries) throw error;
    }
  }
}

const tries = 3;
