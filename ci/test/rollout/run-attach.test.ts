import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSettings } from "../../lib/rollout/plan/deploy-settings.js";
import { Fault } from "../support/fake-aws.js";
import { scene } from "../support/rollout-scene.js";
import { addEvent } from "../support/scripted-ecs.js";
import { crashLoop, success } from "../support/stories.js";

test("a revision that the service is set to already is not deployed again", async (t) => {
  const { fake, roll } = await scene(t, success);
  await roll();
  const calls = fake.calls.length;
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.changed, false);
  assert.equal(fake.sent("UpdateService").length, 1);
  assert.ok(fake.calls.length - calls < 12);
});

test("a deploy that was cut off is attached to when the command is run again", async (t) => {
  const { fake, roll } = await scene(t, success);
  const cut = new AbortController();
  const first = roll({
    signal: cut.signal,
    progress: (line: string) => line.includes("RUNNING") && cut.abort(new Error("cut off")),
  });
  await assert.rejects(first, /cut off/);
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.attached, true);
  assert.equal(report.from.version, "v1.0.0", "the release before the rollout");
  assert.notEqual(report.from.taskDefinition, report.taskDefinition);
  assert.equal(fake.sent("UpdateService").length, 1);
  assert.equal(fake.sent("RegisterTaskDefinition").length, 1);
});

test("a version that was rolled back before is deployed again", async (t) => {
  const { fake, roll } = await scene(t, crashLoop("old-id"));
  await roll();
  await roll();
  assert.equal(fake.sent("UpdateService").length, 2);
});

test("a deploy that was cut off before its rollout was listed is attached to", async (t) => {
  const { fake, world, roll } = await scene(t, success);
  world.listLag = 30;
  const cut = new AbortController();
  const first = roll({
    signal: cut.signal,
    progress: (line: string) => line.includes("has begun") && cut.abort(new Error("cut off")),
  });
  await assert.rejects(first, /cut off/);
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.deepEqual(report.uncertain, []);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("events from before the attachment to a rollout are evidence of it", async (t) => {
  const placing = "was unable to place a task. Reason: no capacity.";
  const { roll } = await scene(t, [[10, (world) => addEvent(world, "e5", placing)]]);
  const cut = new AbortController();
  const stopAtEvent = (line: string) => line.includes(placing) && cut.abort(new Error("cut off"));
  await assert.rejects(roll({ signal: cut.signal, progress: stopAtEvent }), /cut off/);
  const report = await roll({ timeoutMs: 60_000 });
  assert.equal(report.verdict, "timed-out");
  assert.equal(report.diagnosis?.cause, "cannot-be-placed");
});

test("a release that has run for longer than ECS keeps deployments is not deployed again", async (t) => {
  const { fake, world, roll } = await scene(t, success);
  await roll();
  world.serviceDeployments = [];
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.changed, false);
  assert.match(String(report.uncertain), /90 days/);
  assert.equal(fake.sent("UpdateService").length, 1);
});

const denied = () => new Fault("AccessDeniedException", "not authorized");
const lagging = () => ({ serviceDeployments: [] });
for (const [runId, where, list] of [
  [{}, "without a run id where the newer APIs are denied", denied],
  [{ runId: "run-1" }, "with a run id where the newer APIs are denied", denied],
  [{}, "without a run id before it is listed", lagging],
  [{ runId: "run-1" }, "with a run id before it is listed", lagging],
] as const) {
  test(`a forced deploy that was cut off is attached to ${where}`, async (t) => {
    const { fake, roll } = await scene(t, success);
    const listed = fake.script.ListServiceDeployments;
    fake.script.ListServiceDeployments = list;
    const forced = { ...runId, settings: { ...defaultSettings, force: true } };
    const cut = new AbortController();
    const first = roll({
      ...forced,
      signal: cut.signal,
      progress: (line: string) => line.includes("has begun") && cut.abort(new Error("cut off")),
    });
    await assert.rejects(first, /cut off/);
    const comesUp = () => list === lagging && listed && Object.assign(fake.script, { ListServiceDeployments: listed });
    const report = await roll({ ...forced, progress: comesUp });
    assert.deepEqual([report.verdict, report.attached], ["deployed", true]);
    assert.equal(fake.sent("UpdateService").length, 1);
  });
}
