import { abort, sdk } from "../aws/sdk.js";
import { type Clock, within } from "../common/clock.js";
import { neutral } from "../common/foreign-text.js";
import { present } from "../common/present.js";
import { revisionTag, tagText } from "../ecs/revision-tags.js";
import { describeRevision, tagOf } from "../rollout/revisions/own-revisions.js";
import type { BegunRollout, RolloutListener } from "../rollout/rollout-listener.js";
import type { Session } from "../rollout/session.js";
import { type Channel, deliver } from "./deliver.js";
import {
  endOf,
  type KeyedNotification,
  type NotificationContext,
  type RevisionFacts,
  startOf,
} from "./notification.js";

/** Milliseconds for the start's notification, which is sent beside the rollout. */
const startLimit = 60_000;
/** Milliseconds that the end of a deploy waits for the start's notification, and then for its own. */
const endLimits = { start: 2_000, end: 5_000 };

/** Facts of a revision, and the events of its rollout that were sent. */
interface ReadFacts extends RevisionFacts {
  /** False for a revision that Slipway did not register. */
  isOwn: boolean;
  sent: string[];
}

/**
 * Returns a listener that notifies the channels. Each event is sent once: the tag of the revision records what was sent, and a resumed call
 * reads it. A failure is one line of progress.
 * @param clock Time of the deliveries.
 */
export function createNotifier(
  channels: readonly Channel[],
  context: NotificationContext,
  clock: Clock,
): RolloutListener {
  let rollout: BegunRollout | undefined;
  let facts: Promise<ReadFacts> | undefined;
  let starting: Promise<void> = Promise.resolve();
  const stopStart = new AbortController();
  return {
    begun(session, begun) {
      rollout = begun;
      facts = readFacts(session, begun.taskDefinition);
      if (begun.attached) return;
      const send = async () => {
        const read = await (facts as Promise<ReadFacts>);
        await sendAll(session, startOf(context, begun, read), read, startLimit, stopStart.signal);
      };
      starting = send().catch(() => {});
    },
    async ended(session, result) {
      if (!rollout || !facts) return;
      await within(clock, endLimits.start, starting);
      stopStart.abort();
      const stop = new AbortController();
      const { attached, isInFlight } = rollout;
      const begun = rollout;
      const send = async () => {
        const read = await (facts as Promise<ReadFacts>);
        // It ran before this call: that is no news, unless an earlier call has announced it.
        const isOld = attached && !isInFlight && read.sent.length === 0 && result.exitCode === 0;
        if (isOld || !read.isOwn) return;
        const end = endOf(context, begun, result, read);
        if (!read.sent.includes(end.key)) await sendAll(session, end, read, endLimits.end, stop.signal);
      };
      await within(
        clock,
        endLimits.end + 1_000,
        send().catch(() => {}),
      );
      stop.abort();
    },
  };

  async function sendAll(
    session: Session,
    { key, notification }: KeyedNotification,
    read: ReadFacts,
    limit: number,
    signal: AbortSignal,
  ): Promise<void> {
    const wanted = channels.filter(({ on }) => on.includes(notification.data.event));
    const until = clock.now() + limit;
    const reasons = await Promise.all(
      wanted.map(async (channel) => {
        const reason = await deliver(channel, notification, { clock, until, signal });
        if (reason !== undefined) session.progress(failureLine(channel, notification.data.event, reason));
        return reason;
      }),
    );
    if (reasons.includes(undefined)) await record(session, read, key);
  }

  /** Writes the events that were sent as a tag of the revision: the newest last, because a tag holds 256 characters. */
  async function record(session: Session, read: ReadFacts, key: string): Promise<void> {
    read.sent.push(key);
    if (!rollout) return;
    const tags = [{ key: revisionTag.notified, value: tagText(read.sent.slice(-mostKeys).join(" ")) }];
    try {
      const command = new sdk.ecs.TagResourceCommand({ resourceArn: rollout.taskDefinition, tags });
      await session.aws.ecs.send(command, abort(session));
    } catch (error) {
      session.progress(
        `Notifications: the record of "${key}" was not written (${neutral((error as Error).message, 200)}): a resumed call may send it again, with the same id. Allow ecs:TagResource on the revisions for the tag ${revisionTag.notified}.`,
      );
    }
  }
}

/** Keys of at most 20 characters in the record. */
const mostKeys = 12;

function failureLine({ label }: Channel, event: string, reason: string): string {
  return `Notification "${event}" to ${label} failed: ${reason.replace(/\.$/, "")}. The deploy is not affected. Check the destination with: notify --test.`;
}

/** Reads the revision; where that fails, nothing counts as sent, and the id lets receivers deduplicate. */
async function readFacts(session: Session, taskDefinition: string): Promise<ReadFacts> {
  try {
    const revision = await describeRevision(session, taskDefinition);
    const { registeredBy } = revision.taskDefinition;
    const author = registeredBy === undefined ? undefined : String(registeredBy).split(":").at(-1);
    const [commit, runId] = [tagOf(revision, revisionTag.commit), tagOf(revision, revisionTag.run)];
    return {
      isOwn: tagOf(revision, revisionTag.attempt) !== undefined,
      sent: (tagOf(revision, revisionTag.notified) ?? "").split(" ").filter(Boolean),
      ...present({ author, commit, runId }),
    };
  } catch {
    return { isOwn: true, sent: [] };
  }
}
