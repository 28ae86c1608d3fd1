import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../lib/aws/raw-task-definition.js";
import { defaultSettings } from "../../../../lib/rollout/plan/deploy-settings.js";
import { limits } from "../../../../lib/rollout/preflight/checks/limits.js";
import { revisionTags } from "../../../../lib/rollout/revisions/deploy-request.js";
import { facts, inShort } from "../../../support/facts.js";
import { release, revisionArn, target } from "../../../support/scripted-ecs.js";

const tags = (count: number, prefix = "cost-") =>
  Array.from({ length: count }, (_, n) => ({ key: `${prefix}${n}`, value: "x" }));
const found = (more: Parameters<typeof facts>[0]) => inShort(limits(facts(more)));
const sized = (bytes: number): JsonObject => {
  const empty = { containerDefinitions: [{ name: "app", command: [""] }] };
  return { containerDefinitions: [{ name: "app", command: ["x".repeat(bytes - JSON.stringify(empty).length)] }] };
};

test("tags that leave room for all that a deploy writes are fine, and one more is an error that counts them", () => {
  const attempt = {
    verb: "deploy",
    release: { ...release, commit: "c0ffee" },
    settings: defaultSettings,
    probe: "v1",
  } as const;
  const own = Object.keys(revisionTags(target, attempt, revisionArn(7), "plan", 0)).length + 2;
  const before = { command: ["x"], timeoutSeconds: 60 };
  const full = { ...target, url: "https://app.example.com", before, after: before };
  assert.deepEqual(found({ target: full, next: { tags: tags(50 - own) } }), []);
  const [finding] = limits(facts({ target: full, next: { tags: tags(51 - own) } }));
  assert.equal(finding?.id, "too-many-tags");
  assert.match(finding.what, new RegExp(`has ${51 - own} tags, and a deploy adds ${own} of its own: ECS accepts 50`));
  assert.match(finding.fix, / Remove at least 1\.$/);
});

test("a target without a URL and without tasks of its own needs fewer tags", () => {
  assert.deepEqual(found({ next: { tags: tags(42) } }), []);
  assert.deepEqual(found({ next: { tags: tags(43) } }), ["error too-many-tags"]);
});

test("a target with notifications needs one more, for the record of what was sent", () => {
  const notified = {
    ...target,
    notify: [{ type: "sns" as const, topicArn: "arn:aws:sns:us-west-2:123456789012:deploys" }],
  };
  assert.deepEqual(found({ target: notified, next: { tags: tags(41) } }), []);
  assert.deepEqual(found({ target: notified, next: { tags: tags(42) } }), ["error too-many-tags"]);
});

test("AWS's own tags, and those of an earlier deploy, take no room", () => {
  const others = [...tags(20, "aws:cloudformation:"), ...tags(20, "slipway:")];
  assert.deepEqual(found({ next: { tags: [...tags(42), ...others] } }), []);
});

test("a revision whose ARN does not fit into a tag's value is an error", () => {
  const taskDefinition = revisionArn(7).replace("service", "s".repeat(240));
  const [finding] = limits(facts({ running: { ...facts().running, taskDefinition } }));
  assert.equal(finding?.id, "too-many-tags");
  assert.match(finding.what, /has 293 characters/);
});

test("a task definition of 64 KiB is fine, and a byte more is an error; its tags don't count, and a character may have several bytes", () => {
  assert.deepEqual(found({ next: { ...sized(65_536), tags: tags(10) } }), []);
  assert.deepEqual(found({ next: sized(65_537) }), ["error definition-too-large"]);
  assert.deepEqual(found({ next: { containerDefinitions: [{ name: "app", command: ["é".repeat(33_000)] }] } }), [
    "error definition-too-large",
  ]);
});

test("an image's name of 255 characters is fine, and one more is an error", () => {
  const named = (length: number) => ({ release: { ...release, image: "x".repeat(length) } });
  assert.deepEqual(found(named(255)), []);
  assert.deepEqual(found(named(256)), ["error image-name-too-long"]);
});

test("a one-off task's command that makes RunTask's overrides longer than 8192 characters is an error", () => {
  const rest = '{"containerOverrides":[{"name":"app","command":[""]}]}'.length;
  const command = (length: number) => ({ command: ["x".repeat(length - rest)], timeoutSeconds: 60 });
  assert.deepEqual(found({ target: { ...target, before: command(8192) } }), []);
  assert.deepEqual(found({ target: { ...target, after: command(8193) } }), ["error command-too-long"]);
});
