import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { formatReport } from "../../lib/report/report-text.js";
import { parseDeploySettings } from "../../lib/rollout/plan/deploy-settings.js";
import { run } from "../../lib/rollout/run.js";
import type { RunOptions } from "../../lib/rollout/run-options.js";
import { usualCheck } from "../../lib/rollout/verify/version-check.js";
import { type DirectAws, directAws } from "../support/direct-aws.js";
import { Fault } from "../support/fake-aws.js";
import { withDeployTasks } from "../support/scripted-deploy-task.js";
import { release, revisionArn, type Story, scriptedEcs, target } from "../support/scripted-ecs.js";
import { withRevisions } from "../support/scripted-prune.js";
import { crashLoop, set, success } from "../support/stories.js";
import { virtualClock } from "../support/virtual-clock.js";

/** Returns the story with the new revision in place of revision 8. */
const ofTheNew = (story: Story): Story =>
  story.map(([seconds, change]) => [
    seconds,
    (world) => {
      change(world);
      const own = world.tasks.filter(({ taskDefinitionArn }) => taskDefinitionArn === revisionArn(8));
      for (const task of own) set(task, { taskDefinitionArn: String(world.service.taskDefinition) });
    },
  ]);

async function scene(_: TestContext, { story = success, exitCode = 0 } = {}) {
  const clock = virtualClock();
  const { world, script: plain } = scriptedEcs(clock, ofTheNew(story));
  const { script: kept } = withRevisions(world, plain);
  const { script } = withDeployTasks(world, clock, kept, () => ({ ends: 5, exitCode }));
  const fake = directAws(script);
  const options = { aws: fake.aws, target, clock, release, progress: () => {} };
  const roll = (keep?: number, more: Partial<RunOptions> = {}) =>
    run({ ...options, settings: parseDeploySettings({ keep }), ...more });
  return { fake, roll };
}

const readsSchedules = (fake: DirectAws) => fake.sent("ListSchedules").length + fake.sent("ListEventBuses").length > 0;

test("with --keep-revisions old revisions are deregistered after the verdict, and the report lists them", async (t) => {
  const { fake, roll } = await scene(t);
  const report = await roll(1);
  assert.equal(report.verdict, "deployed");
  assert.deepEqual(
    report.kept?.deregistered,
    [1, 2, 3, 4, 5, 6, 7, 8].map((one) => `service:${one}`),
  );
  assert.match(
    formatReport(report),
    /revisions +kept the 1 newest; deregistered: service:1, .*service:8\n.*service:9 kept: /s,
  );
  const order = fake.calls.map(({ operation }) => operation);
  assert.ok(order.indexOf("DeregisterTaskDefinition") > order.indexOf("UpdateService"));
});

test("nothing is deregistered or read for it without the option", async (t) => {
  const { fake, roll } = await scene(t);
  assert.equal((await roll()).kept, undefined);
  assert.equal(fake.sent("DeregisterTaskDefinition").length, 0);
  assert.ok(!readsSchedules(fake));
});

test("an error while reading old revisions leaves the verdict unchanged, and is reported", async (t) => {
  const { fake, roll } = await scene(t);
  fake.script.ListSchedules = () => new Fault("AccessDeniedException", "no");
  const report = await roll(1);
  assert.equal(report.verdict, "deployed");
  assert.equal(report.exitCode, 0);
  assert.match(formatReport(report), /revisions +nothing was deregistered: .*scheduler:ListSchedules/);
});

test("nothing is deregistered after a rollout that is not deployed", async (t) => {
  const { fake, roll } = await scene(t, { story: crashLoop("old-id") });
  assert.notEqual((await roll(1)).verdict, "deployed");
  assert.ok(!readsSchedules(fake));
});

test("nothing is deregistered after a deployment that could not be verified", async (t) => {
  const { fake, roll } = await scene(t);
  const report = await roll(1, { http: { baseUrl: "http://127.0.0.1:1", versionCheck: usualCheck } });
  assert.equal(report.verdict, "deployed-unverified");
  assert.ok(!readsSchedules(fake));
});

test("nothing is deregistered when the post-deploy task has failed", async (t) => {
  const { fake, roll } = await scene(t, { exitCode: 1 });
  const report = await roll(1, { target: { ...target, after: { command: ["x"], timeoutSeconds: 60 } } });
  assert.equal(report.exitCode, 11);
  assert.ok(!readsSchedules(fake));
});

for (const keep of [0, -1, 1.5]) {
  test(`--keep ${keep} is refused`, () => {
    assert.throws(() => parseDeploySettings({ keep }), {
      code: "bad-keep",
      exitCode: 2,
      message: /whole number from 1 on/,
    });
  });
}
