import { messageOf, partsOf } from "./message.js";
import type { Notification } from "./notification.js";

/**
 * Returns the body of a message for Slack's incoming webhooks. Texts are elements of a rich text block, in which Slack reads no markup, no
 * mentions and no links: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
 */
export function slackBody(notification: Notification): object {
  const { title, lines, links } = messageOf(notification);
  const sections = [
    [bold(title)],
    ...lines.map(({ label, text }) => [
      ...(label === undefined ? [] : [bold(`${label}: `)]),
      ...partsOf(text).map(({ text: part, isCode }) => (isCode ? code(part) : plain(part))),
    ]),
    ...links.map(({ text, url }) => [{ type: "link", url, text }]),
  ];
  return {
    // Shown in the operating system's notifications.
    text: escaped(title),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [{ type: "rich_text", elements: sections.map((elements) => ({ type: "rich_text_section", elements })) }],
  };
}

const plain = (text: string) => ({ type: "text", text });
const code = (text: string) => ({ type: "text", text, style: { code: true } });
const bold = (text: string) => ({ type: "text", text, style: { bold: true } });

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
