import type { Service } from "@aws-sdk/client-ecs";
import { tagText } from "../ecs/revision-tags.js";

/** Tag of a service that keeps deploys and rollbacks from starting. */
export const lockTag = "slipway:lock";

export interface Lock {
  /** Milliseconds since the epoch, on the clock of the user who locked; 0 where the tag is not in our format. */
  since: number;
  /** Identity in AWS that locked, such as `assumed-role/deploy/alice`. */
  by: string;
  reason: string;
  /** Value of the tag. */
  text: string;
}

/** Formats a lock with characters that a tag's value accepts, such as `2026-11-27T08:00:00.000Z user/alice release freeze`. */
export function formatLock({ since, by, reason }: Omit<Lock, "text">): string {
  return tagText(`${new Date(since).toISOString()} ${by} ${reason}`).trimEnd();
}

/**
 * Returns the lock of a service that was read with its tags; undefined where it has none. A tag in another format locks too: a user
 * wrote it by hand. Pure.
 */
export function lockOf({ tags = [] }: Pick<Service, "tags">): Lock | undefined {
  const text = tags.find(({ key }) => key === lockTag)?.value;
  if (text === undefined) return undefined;
  const [, time = "", by = "", reason = ""] = /^(\S+) (\S+) (.+)$/.exec(text) ?? [];
  const since = Date.parse(time);
  return Number.isNaN(since) ? { since: 0, by: "an unknown user", reason: text, text } : { since, by, reason, text };
}
