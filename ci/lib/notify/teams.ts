import { messageOf, partsOf } from "./message.js";
import type { Notification } from "./notification.js";

/** Colours of a card's headline, by name: Teams adapts them to its theme. */
const colors = { good: "Good", bad: "Attention", waiting: "Warning", neutral: "Accent" } as const;

/**
 * Returns the body for the Workflows template "Post to a channel when a webhook request is received": a message with one Adaptive Card.
 * Texts are TextRuns, which hold no Markdown: https://adaptivecards.io/explorer/TextRun.html
 * https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export function teamsBody(notification: Notification): object {
  const { title, mood, lines, links } = messageOf(notification);
  const body = [
    block([run(title, { weight: "Bolder", size: "Medium", color: colors[mood] })]),
    ...lines.map(({ label, text }) =>
      block([
        ...(label === undefined ? [] : [run(`${label}: `, { weight: "Bolder" })]),
        ...partsOf(text).map(({ text: part, isCode }) => run(part, isCode ? { fontType: "Monospace" } : {})),
      ]),
    ),
  ];
  const card = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full" },
    body,
    actions: links.map(({ text, url }) => ({ type: "Action.OpenUrl", title: text, url })),
  };
  const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content: card };
  return { type: "message", attachments: [attachment] };
}

const block = (inlines: object[]) => ({ type: "RichTextBlock", inlines });
const run = (text: string, style: object = {}) => ({ type: "TextRun", text, ...style });
