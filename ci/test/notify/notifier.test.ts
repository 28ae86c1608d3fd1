import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv } from "ajv";
import type { Channel } from "../../lib/notify/deliver.js";
import { testNotification } from "../../lib/notify/notification.js";
import { createNotifier } from "../../lib/notify/notifier.js";
import type { RolloutListener } from "../../lib/rollout/rollout-listener.js";
import { Fault } from "../support/fake-aws.js";
import { manualClock } from "../support/manual-clock.js";
import { keptChannel, notifierOf } from "../support/notify-scene.js";
import { scene } from "../support/rollout-scene.js";
import { release, revisionArn, type Story, target } from "../support/scripted-ecs.js";
import { crashLoop, success } from "../support/stories.js";

const paused: Story = [
  [
    10,
    ({ serviceDeployments: [ours] }) => {
      const hook = { targetType: "PAUSE", status: "AWAITING_ACTION", timeoutAction: "ROLLBACK" };
      Object.assign(ours ?? {}, { lifecycleHookDetails: [{ hookId: "ecs-pause-1a2b", ...hook }] });
    },
  ],
];

test("start and verdict are sent once, and the revision's tag records them", async (t) => {
  const { roll, world } = await scene(t, success);
  const { channel, sent, events } = keptChannel();
  await roll({ listener: notifierOf(channel), runId: "run-7" });
  assert.deepEqual(events(), ["start", "deployed"]);
  assert.deepEqual(sent[1]?.data.release, { version: release.version, digest: release.digest });
  assert.equal(sent[1]?.data.runId, "run-7");
  assert.equal(sent[1]?.data.from?.version, "v1.0.0");
  assert.equal(sent[1]?.data.exitCode, 0);
  const { tags = [] } = world.taskDefinitions.get(revisionArn(8)) ?? {};
  assert.equal(tags.find(({ key }) => key === "slipway:notified")?.value, "start deployed");
});

test("the same call again sends nothing", async (t) => {
  const { roll } = await scene(t, success);
  const { channel, events } = keptChannel();
  await roll({ listener: notifierOf(channel) });
  await roll({ listener: notifierOf(channel) });
  assert.deepEqual(events(), ["start", "deployed"]);
});

test("a resumed call sends no second start, and the verdict", async (t) => {
  const { roll } = await scene(t, success);
  const { channel, events } = keptChannel();
  const cut = new AbortController();
  const progress = (line: string) => line.includes("RUNNING") && cut.abort(new Error("cut off"));
  await assert.rejects(roll({ listener: notifierOf(channel), signal: cut.signal, progress }), /cut off/);
  await roll({ listener: notifierOf(channel) });
  assert.deepEqual(events(), ["start", "deployed"]);
});

test("a pause is sent once, and the verdict after it", async (t) => {
  const { roll, world } = await scene(t, paused);
  const { channel, sent, events } = keptChannel();
  await roll({ listener: notifierOf(channel), runId: "r" });
  await roll({ listener: notifierOf(channel), runId: "r" });
  assert.deepEqual(events(), ["start", "paused"]);
  assert.equal(sent[1]?.type, "slipway.deployment.paused");
  assert.match(
    String(sent[1]?.data.next),
    /continue --hook ecs-pause-1a2b`\. To go back: .*abort --hook ecs-pause-1a2b`/,
  );
  Object.assign(world.serviceDeployments[0] ?? {}, { lifecycleHookDetails: [], status: "STOPPED" });
  Object.assign(world.service.deployments[0] ?? {}, { rolloutState: "FAILED" });
  const { verdict } = await roll({ listener: notifierOf(channel), runId: "r" });
  assert.deepEqual(events(), ["start", "paused", verdict]);
});

test("a failure carries the cause and the next step, also where only failures are wanted", async (t) => {
  const { roll } = await scene(t, crashLoop("new-id"));
  const { channel, sent, events } = keptChannel(["failure"]);
  const report = await roll({ listener: notifierOf(channel) });
  assert.deepEqual(events(), ["rolled-back"]);
  assert.equal(sent[0]?.data.event, "failure");
  assert.equal(sent[0]?.data.cause?.title, report.diagnosis?.title);
  assert.equal(sent[0]?.data.next, report.next);
});

test("each notification fits the published schema", async (t) => {
  const file = new URL("../../../docs/schemas/notification-1.schema.json", import.meta.url);
  const validate = new Ajv({ allErrors: true }).compile(JSON.parse(readFileSync(file, "utf8")) as object);
  const context = { target, links: { service: "https://a.example", deployments: "https://b.example" } };
  const all = [testNotification(context, 0)];
  for (const story of [success, paused, crashLoop("new-id")]) {
    const { roll } = await scene(t, story);
    const { channel, sent } = keptChannel();
    await roll({ listener: createNotifier([channel], context, manualClock()), runId: "r" });
    all.push(...sent);
  }
  assert.equal(all.length, 7);
  for (const one of all) assert.ok(validate(JSON.parse(JSON.stringify(one))), JSON.stringify(validate.errors));
  assert.ok(!validate({ ...all[1], type: "other" }));
  assert.ok(!validate({ ...all[1], data: { ...all[1]?.data, id: undefined } }));
});

test("a version that ran before notifications were configured is no news", async (t) => {
  const { roll } = await scene(t, success);
  const { channel, sent } = keptChannel();
  await roll();
  await roll({ listener: notifierOf(channel) });
  assert.deepEqual(sent, []);
});

test("a rollout of a revision that another tool registered is not reported", async (t) => {
  const { roll, world } = await scene(t, success);
  const { channel, sent } = keptChannel();
  await roll();
  const revision = world.taskDefinitions.get(revisionArn(8));
  if (revision) revision.tags = [];
  Object.assign(world.service.deployments[0] ?? {}, { rolloutState: "IN_PROGRESS" });
  await roll({ listener: notifierOf(channel), timeoutMs: 60_000 });
  assert.deepEqual(sent, []);
});

test("a destination that refuses is one line with the next step, and the verdict stays", async (t) => {
  const { roll, lines } = await scene(t, success);
  const { channel, events } = keptChannel();
  const broken: Channel = { ...channel, attempt: async () => ({ reason: "HTTP 404 (no_team)", isPassing: false }) };
  const report = await roll({ listener: notifierOf(broken, channel) });
  assert.equal(report.verdict, "deployed");
  assert.deepEqual(events(), ["start", "deployed"]);
  assert.deepEqual(
    lines.filter((line) => line.startsWith("Notification")),
    ["start", "success"].map(
      (event) =>
        `Notification "${event}" to slack SLACK_URL failed: HTTP 404 (no_team). The deploy is not affected. Check the destination with: notify --test.`,
    ),
  );
});

test("a success that no destination accepted, and that an earlier call reported, is not repeated", async (t) => {
  const { roll } = await scene(t, success);
  const { channel, events } = keptChannel();
  const broken: Channel = { ...channel, attempt: async () => ({ reason: "HTTP 503", isPassing: false }) };
  let isUp = false;
  const flaky: Channel = { ...channel, attempt: (...args) => (isUp ? channel : broken).attempt(...args) };
  await roll({ listener: notifierOf(flaky), runId: "r" });
  isUp = true;
  await roll({ listener: notifierOf(flaky), runId: "r" });
  // Without a record, the success of an earlier call is no news.
  assert.deepEqual(events(), []);
});

test("a destination that never answers holds the end up for eight seconds at most", async (t) => {
  const { roll } = await scene(t, success);
  const { channel } = keptChannel();
  const hanging: Channel = {
    ...channel,
    attempt: (_, __, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve({ reason: "no complete answer in time", isPassing: false }));
      }),
  };
  const clock = manualClock();
  let isOver = false;
  const listener: RolloutListener = createNotifier([hanging], { target, links: undefined }, clock);
  const rolling = roll({ listener }).finally(() => {
    isOver = true;
  });
  for (let seconds = 0; seconds <= 8 && !isOver; seconds++) {
    // The virtual rollout runs to its end first.
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    await clock.pass(1_000);
  }
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  assert.equal(isOver, true);
  assert.equal((await rolling).verdict, "deployed");
});

test("a record that can't be written is one line, and changes nothing else", async (t) => {
  const { roll, fake, lines } = await scene(t, success);
  fake.script.TagResource = () => new Fault("AccessDeniedException", "not authorized to perform: ecs:TagResource on x");
  const { channel, events } = keptChannel();
  assert.equal((await roll({ listener: notifierOf(channel) })).verdict, "deployed");
  assert.deepEqual(events(), ["start", "deployed"]);
  assert.ok(lines.some((line) => line.includes("Allow ecs:TagResource on the revisions for the tag slipway:notified")));
});
