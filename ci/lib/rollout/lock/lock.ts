import type { Service } from "@aws-sdk/client-ecs";
import { InputError } from "../../common/errors.js";
import { neutral } from "../../common/foreign-text.js";
import type { Session } from "../session.js";
import { elapsed } from "../watch/elapsed.js";
import { dynamoDbLock } from "./dynamodb-lock.js";
import { formatHolder, identityOf } from "./held-lock.js";
import type { LockStore, StoredLock } from "./lock-store.js";
import { lockOf, tagLock } from "./lock-tag.js";
import { s3Lock } from "./s3-lock.js";

/** Milliseconds between two reads of a lock that a deploy waits for. */
const pace = 10_000;

/** A lock to set. */
export interface NewLock {
  /** Unique for this call. */
  id: string;
  /** ARN of the identity that locks. */
  by: string;
  reason: string;
}

/** Returns the place that the target names for its lock; undefined where the lock is a tag. */
function namedStore(session: Session): LockStore | undefined {
  const { lock } = session.target;
  if (lock === undefined) return undefined;
  return "s3" in lock ? s3Lock(session, lock.s3) : dynamoDbLock(session, lock.dynamodb);
}

/** Reads the lock in the place that the target names; undefined where there is none. @throws LockUnreadableError */
export async function readNamedLock(session: Session): Promise<StoredLock | undefined> {
  return await namedStore(session)?.read();
}

/** Returns the places of the service's lock. The tag counts too where the target names another place: a user may have set it before. */
function storesOf(session: Session): [LockStore, ...LockStore[]] {
  const named = namedStore(session);
  return named ? [named, tagLock(session)] : [tagLock(session)];
}

/**
 * Locks the service in the place that the target names, or with a tag.
 * @throws InputError when it is locked already.
 */
export async function lockService(session: Session, { id, by, reason }: NewLock): Promise<StoredLock> {
  const stores = storesOf(session);
  const before = await firstHeld(stores);
  if (before) throw alreadyLocked(session, before);
  const held = await stores[0].take({ id, since: session.clock.now(), by: identityOf(by), reason });
  if (held.id !== id) throw alreadyLocked(session, held);
  return held;
}

function alreadyLocked({ target }: Session, lock: StoredLock): InputError {
  return new InputError(
    "already-locked",
    `${target.service} is locked already: ${neutral(formatHolder(lock))}. Nothing was changed. Wait until it is unlocked, or run unlock.`,
  );
}

/**
 * Removes the locks of the service.
 * @returns The removed ones; none where it was not locked.
 * @throws InputError when another user has replaced a lock since it was read.
 */
export async function unlockService(session: Session): Promise<StoredLock[]> {
  const removed: StoredLock[] = [];
  for (const store of storesOf(session)) {
    const held = await store.read();
    if (!held) continue;
    if (!(await store.remove(held))) {
      throw new InputError(
        "lock-replaced",
        `The lock in ${store.place} was removed and set again since it was read, ${neutral(formatHolder(held))}: the new one stays. Run unlock again to remove it.`,
      );
    }
    removed.push(held);
  }
  return removed;
}

/** @throws InputError when the service is locked: `what` is not done then, such as `Its number of tasks is not changed`. */
export async function refuseLocked(session: Session, service: Service, what: string): Promise<void> {
  const lock = lockOf(service) ?? (await readNamedLock(session));
  if (!lock) return;
  throw new InputError(
    "locked",
    `${session.target.service} is locked ${neutral(formatHolder(lock))}. ${what}. Wait until it is unlocked, or run unlock.`,
  );
}

/** Waits while the service is locked, at most for the time given; preflight refuses the deploy where it still is. */
export async function waitForUnlock(session: Session, most: number): Promise<void> {
  const { target, clock, progress } = session;
  const stores = storesOf(session);
  const startedAt = clock.now();
  let shown = "";
  for (;;) {
    const lock = await firstHeld(stores);
    if (!lock) return;
    const waited = clock.now() - startedAt;
    if (waited >= most) return;
    if (lock.id !== shown) {
      progress(`${elapsed(waited)} Waiting: ${target.service} is locked, ${neutral(formatHolder(lock))}.`);
    }
    shown = lock.id;
    await clock.sleep(Math.min(pace, most - waited), session.signal);
  }
}

async function firstHeld(stores: readonly LockStore[]): Promise<StoredLock | undefined> {
  for (const store of stores) {
    const held = await store.read();
    if (held) return held;
  }
  return undefined;
}
