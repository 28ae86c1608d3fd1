import type { Service } from "@aws-sdk/client-ecs";
import { abort, sdk } from "../aws/sdk.js";
import { InputError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import { tagText } from "../ecs/revision-tags.js";
import { describeService } from "../ecs/service.js";
import { formatLock, type Lock, lockOf, lockTag } from "./lock-tag.js";
import type { Session } from "./session.js";
import { elapsed } from "./watch/elapsed.js";

/** Milliseconds between two reads of a lock that a deploy waits for. */
const pace = 10_000;

/** A lock to set. */
export interface NewLock {
  /** ARN of the identity that locks. */
  by: string;
  reason: string;
}

/**
 * Locks the service with a tag. ECS has no conditional write of tags: of two users who lock within the same second, the last one's
 * lock stays, which the read afterwards shows to the other one.
 * @throws InputError when it is locked already.
 */
export async function lockService(session: Session, { by: arn, reason }: NewLock): Promise<Lock> {
  const { aws, target, clock } = session;
  const service = await describeService(aws, target, session.signal, ["TAGS"]);
  const held = lockOf(service);
  if (held) throw alreadyLocked(session, held);
  const by = tagText(arn.split(":").at(-1) || "unknown").replaceAll(" ", "_");
  const value = formatLock({ since: clock.now(), by, reason });
  const tags = [{ key: lockTag, value }];
  await aws.ecs.send(new sdk.ecs.TagResourceCommand({ resourceArn: service.serviceArn, tags }), abort(session));
  const after = lockOf(await describeService(aws, target, session.signal, ["TAGS"]));
  if (after && after.text !== value) throw alreadyLocked(session, after);
  return lockOf({ tags }) as Lock;
}

function alreadyLocked({ target }: Session, lock: Lock): InputError {
  return new InputError(
    "already-locked",
    `${target.service} is locked already: ${formatHolder(lock)}. Nothing was changed. Wait until it is unlocked, or run unlock.`,
  );
}

/** @returns The removed lock; undefined where there was none. */
export async function unlockService(session: Session): Promise<Lock | undefined> {
  const { aws, target } = session;
  const service = await describeService(aws, target, session.signal, ["TAGS"]);
  const held = lockOf(service);
  if (!held) return undefined;
  const input = { resourceArn: service.serviceArn, tagKeys: [lockTag] };
  await aws.ecs.send(new sdk.ecs.UntagResourceCommand(input), abort(session));
  return held;
}

/** @throws InputError when the service is locked: `what` is not done then, such as `Its number of tasks is not changed`. */
export function refuseLocked({ target }: Session, service: Service, what: string): void {
  const lock = lockOf(service);
  if (!lock) return;
  throw new InputError(
    "locked",
    `${target.service} is locked ${neutral(formatHolder(lock))}. ${what}. Wait until it is unlocked, or run unlock.`,
  );
}

/** Waits while the service is locked, at most for the time given; preflight refuses the deploy where it still is. */
export async function waitForUnlock(session: Session, most: number): Promise<void> {
  const { aws, target, clock, progress } = session;
  const startedAt = clock.now();
  let shown = "";
  for (;;) {
    const lock = lockOf(await describeService(aws, target, session.signal, ["TAGS"]));
    if (!lock) return;
    const waited = clock.now() - startedAt;
    if (waited >= most) return;
    if (lock.text !== shown)
      progress(`${elapsed(waited)} Waiting: ${target.service} is locked, ${formatHolder(lock)}.`);
    shown = lock.text;
    await clock.sleep(Math.min(pace, most - waited), session.signal);
  }
}

/** Formats the holder of a lock, since when and for what reason. */
export function formatHolder({ by, since, reason }: Lock): string {
  return `by ${by} since ${new Date(since).toISOString()}, reason: ${reason}`;
}
