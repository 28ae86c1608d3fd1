import type { Service } from "@aws-sdk/client-ecs";
import { abort, sdk } from "../../aws/sdk.js";
import { tagText } from "../../ecs/revision-tags.js";
import { describeService } from "../../ecs/service.js";
import type { Session } from "../session.js";
import type { Lock } from "./held-lock.js";
import type { LockStore, StoredLock } from "./lock-store.js";

/** Tag of a service that keeps deploys, rollbacks and scale from starting. */
export const lockTag = "slipway:lock";

/** Formats a lock with characters that a tag's value accepts, such as `2026-11-27T08:00:00.000Z user/alice release freeze`. */
function formatLock({ since, by, reason }: Lock): string {
  return tagText(`${new Date(since).toISOString()} ${by} ${reason}`).trimEnd();
}

/**
 * Returns the lock of a service that was read with its tags; undefined where it has none. A tag in another format locks too: a user
 * wrote it by hand. Pure.
 */
export function lockOf({ tags = [] }: Pick<Service, "tags">): StoredLock | undefined {
  const id = tags.find(({ key }) => key === lockTag)?.value;
  if (id === undefined) return undefined;
  const [, time = "", by = "", reason = ""] = /^(\S+) (\S+) (.+)$/.exec(id) ?? [];
  const since = Date.parse(time);
  const lock = Number.isNaN(since) ? { since: 0, by: "an unknown user", reason: id } : { since, by, reason };
  return { ...lock, id, version: id };
}

/**
 * Lock as a tag of the service. ECS has no conditional write of tags: of two users who lock within the same second, the last one's lock
 * stays, which the read afterwards shows to the other one.
 */
export function tagLock(session: Session): LockStore {
  const { aws, target, signal } = session;
  const describe = () => describeService(aws, target, signal, ["TAGS"]);
  return {
    place: `the tag ${lockTag}`,
    read: async () => lockOf(await describe()),
    async take(lock) {
      const { serviceArn: resourceArn } = await describe();
      const tags = [{ key: lockTag, value: formatLock(lock) }];
      await aws.ecs.send(new sdk.ecs.TagResourceCommand({ resourceArn, tags }), abort(session));
      const own = lockOf({ tags }) as StoredLock;
      const held = lockOf(await describe());
      // The list of tags may lag behind.
      return held && held.id !== own.id ? held : { ...own, id: lock.id };
    },
    async remove() {
      const { serviceArn: resourceArn } = await describe();
      await aws.ecs.send(new sdk.ecs.UntagResourceCommand({ resourceArn, tagKeys: [lockTag] }), abort(session));
      return true;
    },
  };
}
