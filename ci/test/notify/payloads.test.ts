import assert from "node:assert/strict";
import { test } from "node:test";
import { snsInput } from "../../lib/notify/aws-destinations.js";
import { plainText } from "../../lib/notify/message.js";
import { slackBody } from "../../lib/notify/slack.js";
import { teamsBody } from "../../lib/notify/teams.js";
import { verdictOf } from "../support/notify-scene.js";

/** All objects of a value that have this type. */
function typed(value: unknown, type: string): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap((one) => typed(one, type));
  if (typeof value !== "object" || value === null) return [];
  const own = (value as { type?: unknown }).type === type ? [value as Record<string, unknown>] : [];
  return [...own, ...Object.values(value).flatMap((one) => typed(one, type))];
}

test("the first lines answer what happened, why, and what to do next", () => {
  assert.deepEqual(plainText(verdictOf()).split("\n").slice(0, 6), [
    "❌ uf-cloud-ops-exercise-app: deploy of v1.1.0: ROLLED-BACK",
    "",
    "The tasks failed.",
    "Cause: the container exits with 1",
    "Fix: Read its log.",
    "Next: Correct the cause and deploy a new version.",
  ]);
});

test("a message has place, release, origin, duration and the console's page", () => {
  const text = plainText(verdictOf());
  assert.match(text, /^Service: \S+ in uf-cloud-ops-exercise, us-west-2, account 123456789012$/m);
  assert.match(text, /^Release: v1\.0\.0 → v1\.1\.0, sha256:111111111111, commit 0123456789ab, service:8$/m);
  assert.match(text, /^By: deploy\/alice, run 16239012345$/m);
  assert.match(text, /^Took: 4:12 min$/m);
  assert.match(text, /^Deployments in the AWS console: https:\/\/console\.example\/deployments$/m);
});

const foreign = "<!channel> *bold* [x](https://evil.example) <at>all</at> & {{DATE(2026)}}";

test("what others write is literal in Slack: it stands in text elements only", () => {
  const body = slackBody(verdictOf({ reason: foreign, author: foreign })) as {
    text: string;
    blocks: { type: string }[];
  };
  assert.deepEqual(
    body.blocks.map(({ type }) => type),
    ["rich_text"],
  );
  assert.deepEqual(typed(body, "mrkdwn"), []);
  assert.ok(typed(body, "text").some(({ text }) => text === foreign));
  assert.deepEqual(
    typed(body, "link").map(({ url }) => url),
    ["https://console.example/deployments"],
  );
});

test("commands are shown in a font of fixed width, without their backquotes", () => {
  const notification = verdictOf({ next: "To go on: `dagger call continue --hook a`. Then: wait." });
  const texts = typed(slackBody(notification), "text").map(({ text, style }) => [text, style]);
  assert.deepEqual(texts.slice(texts.findIndex(([text]) => text === "Next: ")).slice(1, 4), [
    ["To go on: ", undefined],
    ["dagger call continue --hook a", { code: true }],
    [". Then: wait.", undefined],
  ]);
  const runs = typed(teamsBody(notification), "TextRun");
  assert.ok(runs.some(({ text, fontType }) => text === "dagger call continue --hook a" && fontType === "Monospace"));
});

test("Slack's fallback text has no mention and no link", () => {
  const release = { version: "<!here>&", digest: "sha256:1" };
  const { text } = slackBody(verdictOf({ release })) as { text: string };
  assert.equal(text, "❌ uf-cloud-ops-exercise-app: deploy of &lt;!here&gt;&amp;: ROLLED-BACK");
});

test("what others write is literal in Teams: it stands in text runs only", () => {
  const body = teamsBody(verdictOf({ reason: foreign })) as { type: string; attachments: { contentType: string }[] };
  assert.equal(body.type, "message");
  assert.equal(body.attachments[0]?.contentType, "application/vnd.microsoft.card.adaptive");
  assert.deepEqual([...typed(body, "TextBlock"), ...typed(body, "FactSet")], []);
  assert.ok(typed(body, "TextRun").some(({ text }) => text === foreign));
});

test("a card of the longest texts stays below the 28 KB of Teams", () => {
  const long = "ä".repeat(1_000);
  const data = { reason: long, next: long, author: long, runId: long, cause: { id: "x", title: long, fix: long } };
  assert.ok(Buffer.byteLength(JSON.stringify(teamsBody(verdictOf(data)))) < 28_000);
});

test("a topic gets the JSON, a text for emails, and attributes to filter by", () => {
  const notification = verdictOf();
  const topic = "arn:aws:sns:us-west-2:123456789012:deploys";
  const input = snsInput(topic, notification);
  const message = JSON.parse(input.Message) as { default: string; email: string };
  assert.deepEqual(JSON.parse(message.default), notification);
  assert.equal(message.email, plainText(notification));
  assert.equal(input.MessageAttributes.event.StringValue, "failure");
  assert.match(input.Subject, /^[\x20-\x7e]{1,100}$/);
  assert.equal("MessageDeduplicationId" in input, false);
  assert.equal(snsInput(`${topic}.fifo`, notification).MessageDeduplicationId, notification.data.id);
});
