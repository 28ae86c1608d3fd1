import { randomUUID } from "node:crypto";
import { withDescribedErrors } from "../aws/describe-error.js";
import { systemClock } from "../common/clock.js";
import { InputError } from "../common/errors.js";
import { neutral } from "../common/foreign-text.js";
import { formatHolder } from "../rollout/lock/held-lock.js";
import { lockService, unlockService } from "../rollout/lock/lock.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openDestination } from "./destination.js";

/** Characters of a reason: the tag has room for the time and the user too. */
const longestReason = 120;

/**
 * Locks the service for deploys, rollbacks and scale.
 * @throws InputError when it is locked already.
 */
export async function lock(options: DestinationOptions, reason: string, activity: Activity): Promise<string> {
  if (reason.length > longestReason || !/^[\p{L}\p{N}_.:/=+\-@ ]*[\p{L}\p{N}][\p{L}\p{N}_.:/=+\-@ ]*$/u.test(reason)) {
    throw new InputError(
      "bad-reason",
      `--reason is ${JSON.stringify(reason.slice(0, 200))}. Accepted: 1 to ${longestReason} letters, digits, spaces and _ . : / = + - @, which a tag takes, such as "release freeze OPS-12".`,
    );
  }
  const { session, caller } = await open(options, activity);
  const held = await withDescribedErrors(lockService(session, { id: randomUUID(), by: caller, reason }));
  return `${session.target.service} is locked ${neutral(formatHolder(held))}. Deploys, rollbacks and scale are refused until unlock.\n`;
}

/** Removes the lock, also one that another user has set. */
export async function unlock(options: DestinationOptions, activity: Activity): Promise<string> {
  const { session } = await open(options, activity);
  const { service } = session.target;
  const held = await withDescribedErrors(unlockService(session));
  if (held.length === 0) return `${service} was not locked.\n`;
  return `${service} is unlocked. It was locked ${neutral(held.map(formatHolder).join(", and "))}.\n`;
}

async function open(options: DestinationOptions, { progress }: Activity) {
  const { aws, target, caller } = await openDestination(options);
  return { session: { aws, target, clock: systemClock, progress }, caller };
}
