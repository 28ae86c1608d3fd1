import type { Channel } from "../../lib/notify/deliver.js";
import type { Notification, NotifyEvent } from "../../lib/notify/notification.js";
import { createNotifier } from "../../lib/notify/notifier.js";
import { manualClock } from "./manual-clock.js";
import { target } from "./scripted-ecs.js";

/** A rollback of one failed task, as a notification. Texts of others are replaced by `more`. */
export function verdictOf(more: Partial<Notification["data"]> = {}): Notification {
  const { account, region, cluster, service } = target;
  return {
    type: "slipway.deployment.verdict",
    timestamp: "2026-11-27T10:04:12.000Z",
    data: {
      id: "slipway-0123456789abcdef0123456789abcdef",
      event: "failure",
      service: { account, region, cluster, service },
      verb: "deploy",
      release: { version: "v1.1.0", digest: `sha256:${"1".repeat(64)}`, commit: "0123456789abcdef0123" },
      from: { version: "v1.0.0", taskDefinition: "arn:aws:ecs:us-west-2:123456789012:task-definition/service:7" },
      taskDefinition: "arn:aws:ecs:us-west-2:123456789012:task-definition/service:8",
      author: "deploy/alice",
      runId: "16239012345",
      verdict: "rolled-back",
      exitCode: 3,
      reason: "The tasks failed.",
      cause: { id: "exit", title: "the container exits with 1", fix: "Read its log." },
      next: "Correct the cause and deploy a new version.",
      startedAt: "2026-11-27T10:00:00.000Z",
      endedAt: "2026-11-27T10:04:12.000Z",
      seconds: 252,
      links: { service: "https://console.example/service", deployments: "https://console.example/deployments" },
      ...more,
    },
  };
}

/** Creates a channel that keeps what it accepts. */
export function keptChannel(on: readonly NotifyEvent[] = ["start", "paused", "success", "failure"]) {
  const sent: Notification[] = [];
  const channel: Channel = {
    label: "slack SLACK_URL",
    on,
    attempt: async (notification) => {
      sent.push(notification);
      return undefined;
    },
  };
  return { channel, sent, events: () => sent.map(({ data }) => data.verdict ?? data.event) };
}

/** Returns a listener as a new process has it. Its clock moves only when a test moves it. */
export function notifierOf(...channels: Channel[]) {
  return createNotifier(channels, { target, links: undefined }, manualClock());
}
