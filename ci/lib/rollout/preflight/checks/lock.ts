import { formatHolder } from "../../lock/held-lock.js";
import { readNamedLock } from "../../lock/lock.js";
import { LockUnreadableError, type StoredLock } from "../../lock/lock-store.js";
import { lockOf } from "../../lock/lock-tag.js";
import { error, type Finding as TopicFinding } from "../finding.js";
import type { BaseFacts, SharedReads } from "../shared-reads.js";

const ids = ["locked", "lock-unreadable"] as const;
type Finding = TopicFinding<(typeof ids)[number]>;

interface LockFacts {
  /** The lock in the place that the target names; absent where there is none, or it names no place. */
  namedLock?: StoredLock | LockUnreadableError;
}

async function read({ session }: SharedReads): Promise<LockFacts> {
  const found = await readNamedLock(session).catch((failure: unknown) => {
    if (failure instanceof LockUnreadableError) return failure;
    throw failure;
  });
  return found ? { namedLock: found } : {};
}

/** Checks that no user has locked the service. A lock that can't be read may be held: it stops the deploy too. */
function judge({ service, target, namedLock }: BaseFacts & LockFacts): Finding[] {
  const [named, unreadable] = namedLock instanceof LockUnreadableError ? [undefined, namedLock] : [namedLock];
  const lock = named ?? lockOf(service);
  return [
    ...(lock
      ? error(
          "locked",
          `${target.service} is locked ${formatHolder(lock)}.`,
          "Wait until it is unlocked (deploy --wait-for-lock MINUTES), or run unlock; --ignore locked deploys all the same.",
        )
      : []),
    ...(unreadable ? error("lock-unreadable", unreadable.what, unreadable.fix) : []),
  ];
}

export const lockTopic = { ids, read, judge };
