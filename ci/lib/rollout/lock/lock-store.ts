import { InputError } from "../../common/errors.js";
import { neutral } from "../../common/foreign-text.js";
import { NOT_PERMITTED } from "../../common/readable.js";
import type { Lock } from "./held-lock.js";

/** Place that holds the lock of one service. */
export interface LockStore {
  /** Name of the place in a message, such as `s3://bucket/locks/…`. */
  place: string;
  read(): Promise<StoredLock | undefined>;
  /**
   * Writes the lock unless there is one.
   * @returns The lock that is held afterwards: of two users who lock at once, the one of the first.
   */
  take(lock: Lock): Promise<StoredLock>;
  /**
   * Removes the lock that was read.
   * @returns False where another one has replaced it since.
   */
  remove(lock: StoredLock): Promise<boolean>;
}

/** A lock that was read from its place. */
export interface StoredLock extends Lock {
  /** State of the place when it was read, which a removal is conditional on: an entity tag, or the lock's id. */
  version: string;
}

/** Refusal because a lock that the target names can't be read or written: the service may be locked. */
export class LockUnreadableError extends InputError {
  constructor(
    /** Describes what failed, in one sentence. */
    readonly what: string,
    readonly fix: string,
    options?: ErrorOptions,
  ) {
    super("lock-unreadable", `${what} The service was not changed. ${fix}`, options);
  }
}

/**
 * Reads the content of a lock that another program may have written.
 * @returns A lock by an unknown user where the content is in another format: it locks too.
 */
export function parseLock(content: string): Lock {
  try {
    const { id, since, by, reason } = JSON.parse(content) as Record<string, unknown>;
    if ([id, by, reason].every((one) => typeof one === "string") && Number.isSafeInteger(since))
      return { id, since, by, reason } as Lock;
  } catch {
    // Not JSON: described as another format below.
  }
  return { id: content, since: 0, by: "an unknown user", reason: content.slice(0, 200).trim() || "not given" };
}

/** Describes the fixes of a store's errors. */
export interface LockFixes {
  place: string;
  /** Fix where an action was denied: the permissions of the store. */
  permissions: string;
  /** Fixes by the error's name, such as `NoSuchBucket`. */
  byName: Record<string, string>;
}

/** Awaits a call to the store, and describes its error. @throws LockUnreadableError */
export async function described<T>(
  { place, permissions, byName }: LockFixes,
  verb: "read" | "written" | "removed",
  call: Promise<T>,
): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    const { name, message, action } = cause as Error & { action?: string };
    if (name === "AbortError" || name === "CredentialsExpiredError") throw cause;
    const reason = action === undefined ? `${name}${message ? `: ${message}` : ""}` : `${action}${NOT_PERMITTED}`;
    const fix =
      action === undefined
        ? (byName[name] ?? "Check the network and the target's `lock`, and run the same command again.")
        : `Allow ${permissions}.`;
    const text = neutral(reason).replace(/\.$/, "");
    throw new LockUnreadableError(`The lock in ${place} can't be ${verb}: ${text}.`, fix, { cause });
  }
}
