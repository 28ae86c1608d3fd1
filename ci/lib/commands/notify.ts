import { systemClock } from "../common/clock.js";
import { type Channel, deliver } from "../notify/deliver.js";
import { testNotification } from "../notify/notification.js";
import type { Activity } from "../rollout/session.js";
import { type DestinationOptions, openDestination } from "./destination.js";
import { openChannels } from "./notifications.js";

/** Milliseconds until a test counts as failed. */
const testLimit = 20_000;
/** Exit code when a test message was not accepted by each destination. */
const notDelivered = 4;

/**
 * Lists the destinations of a target, or sends a marked test message to each, also to those that choose only some events.
 * @throws InputError when a secret is missing or can't be used.
 */
export async function notify(
  options: DestinationOptions,
  isTest: boolean,
  { span }: Activity,
): Promise<{ text: string; exitCode: number }> {
  const opened = await span("resolve", () => openDestination(options));
  const { channels, context } = await openChannels(options, opened);
  if (channels.length === 0) {
    const example = '"notify": [{ "type": "slack", "urlSecret": "SLACK_URL" }]';
    return { text: `The target has no destinations. Add to it, for example: ${example}\n`, exitCode: 0 };
  }
  if (!isTest) {
    const lines = channels.map(({ label, on }) => `${label}: ${on.join(", ")}`);
    return {
      text: `${lines.join("\n")}\n\nNothing was sent. notify --test sends a test message to each.\n`,
      exitCode: 0,
    };
  }
  const now = systemClock.now();
  const notification = testNotification(context, now);
  const bounds = { clock: systemClock, until: now + testLimit, signal: AbortSignal.timeout(testLimit) };
  const results = await Promise.all(
    channels.map(async (channel) => resultOf(channel, await deliver(channel, notification, bounds))),
  );
  const failed = results.filter(({ isDelivered }) => !isDelivered).length;
  const lines = results.map(({ text }) => text);
  const end =
    failed === 0
      ? `All ${channels.length} destinations accepted the test message.`
      : `${failed} of ${channels.length} destinations did not accept the test message. Correct them: the secret's value, the topic or bus, or the permission.`;
  return { text: `${lines.join("\n")}\n\n${end}\n`, exitCode: failed === 0 ? 0 : notDelivered };
}

function resultOf({ label }: Channel, failure: string | undefined): { text: string; isDelivered: boolean } {
  const outcome = failure === undefined ? "accepted" : `failed: ${failure}`;
  return { text: `${label}: ${outcome}`, isDelivered: failure === undefined };
}
