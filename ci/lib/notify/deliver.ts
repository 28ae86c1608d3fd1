import type { Clock } from "../common/clock.js";
import type { Notification, NotifyEvent } from "./notification.js";

/** A failed attempt to deliver a notification. */
export interface Failure {
  /** Without secrets. */
  reason: string;
  /** True when a later attempt can succeed. */
  isPassing: boolean;
  /** Milliseconds that the receiver wants to be left alone. */
  retryAfter?: number;
}

/** Sends a notification once. @param limit Milliseconds. @returns undefined when it was accepted. */
export type Attempt = (notification: Notification, limit: number, signal: AbortSignal) => Promise<Failure | undefined>;

/** A destination that is ready to be sent to. */
export interface Channel {
  /** Such as `slack SLACK_URL`, without secrets. */
  label: string;
  on: readonly NotifyEvent[];
  attempt: Attempt;
}

/** Bounds of a delivery. */
export interface DeliveryBounds {
  clock: Clock;
  /** Time after which no attempt begins, in milliseconds since the epoch. */
  until: number;
  signal: AbortSignal;
}

/** Milliseconds of one attempt at most. */
const longestAttempt = 10_000;

/**
 * Delivers a notification to one channel, with retries: after throttling (429, for the time that Retry-After names), a server error or a
 * failure of the network.
 * @returns The reason why it was not delivered; undefined when it was.
 */
export async function deliver(
  { attempt }: Pick<Channel, "attempt">,
  notification: Notification,
  { clock, until, signal }: DeliveryBounds,
): Promise<string | undefined> {
  for (let times = 1; ; times++) {
    const limit = Math.max(1, Math.min(longestAttempt, until - clock.now()));
    const failure = await attempt(notification, limit, signal);
    if (!failure) return undefined;
    const wait = failure.retryAfter ?? Math.min(30_000, 500 * 2 ** times);
    const isOver = signal.aborted || clock.now() + wait >= until;
    if (!failure.isPassing || isOver) return `${failure.reason}${times > 1 ? `, after ${times} attempts` : ""}`;
    try {
      await clock.sleep(wait, signal);
    } catch {
      return `${failure.reason}, after ${times} attempts`;
    }
  }
}
