import { nameIn } from "../common/aws-names.js";
import { durationText, type Notification, type NotificationData } from "./notification.js";

/** A notification for people: a headline, lines in the order of their use, and links. All texts are literal, without markup. */
export interface Message {
  title: string;
  mood: "good" | "bad" | "waiting" | "neutral";
  lines: { label?: string; text: string }[];
  links: { text: string; url: string }[];
}

/** Formats a notification for people. The first lines answer what happened, why, and what to do next. Pure. */
export function messageOf({ data }: Notification): Message {
  const { cause, next, reason, links } = data;
  return {
    title: `${symbols[data.event]} ${titleOf(data)}`,
    mood: moods[data.event],
    lines: [
      ...line(undefined, reason),
      ...line("Cause", cause?.title),
      ...line("Fix", cause?.fix),
      ...line("Next", next),
      ...line("Service", placeOf(data)),
      ...line("Release", releaseOf(data)),
      ...line("By", originOf(data)),
      ...line("Took", data.seconds === undefined ? undefined : durationText(data.seconds)),
    ],
    links: links ? [{ text: "Deployments in the AWS console", url: links.deployments }] : [],
  };
}

/** Splits a text at its commands in backquotes, which a destination shows in a font of fixed width. Pure. */
export function partsOf(text: string): { text: string; isCode: boolean }[] {
  const parts = text.split(/`([^`]+)`/).map((part, index) => ({ text: part, isCode: index % 2 === 1 }));
  return parts.filter((part) => part.text !== "");
}

/** Formats a notification as plain text, for emails. Pure. */
export function plainText(notification: Notification): string {
  const { title, lines, links } = messageOf(notification);
  const shown = lines.map(({ label, text }) => (label === undefined ? text : `${label}: ${text}`));
  return [title, "", ...shown, ...links.map(({ text, url }) => `${text}: ${url}`), ""].join("\n");
}

/** Returns the headline without a symbol. Pure. */
export function titleOf({ event, verb, verdict, release, service }: NotificationData): string {
  if (event === "test") return `${service.service}: test message of Slipway, no deploy has begun`;
  const what = `${verb === "rollback" ? "rollback to" : "deploy of"} ${release?.version}`;
  if (event === "start") return `${service.service}: ${what} has begun`;
  return `${service.service}: ${what}: ${verdict?.toUpperCase()}`;
}

const symbols = { start: "▶", paused: "⏸", success: "✅", failure: "❌", test: "🔔" } as const;
const moods = { start: "neutral", paused: "waiting", success: "good", failure: "bad", test: "neutral" } as const;

function line(label: string | undefined, text: string | undefined): Message["lines"] {
  if (text === undefined || text === "") return [];
  return [{ ...(label !== undefined && { label }), text }];
}

function placeOf({ service: { service, cluster, region, account } }: NotificationData): string {
  return `${service} in ${cluster}, ${region}, account ${account}`;
}

function releaseOf({ release, from, taskDefinition = "" }: NotificationData): string | undefined {
  if (!release) return undefined;
  const parts = [
    `${from?.version ?? "no version"} → ${release.version}`,
    release.digest.slice(0, "sha256:".length + 12),
    ...(release.commit === undefined ? [] : [`commit ${release.commit.slice(0, 12)}`]),
    nameIn(taskDefinition),
  ];
  return parts.join(", ");
}

function originOf({ author, runId }: NotificationData): string | undefined {
  const parts = [...(author === undefined ? [] : [author]), ...(runId === undefined ? [] : [`run ${runId}`])];
  return parts.join(", ");
}
