import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { formatReport } from "../../../lib/report/report-text.js";
import { defaultSettings } from "../../../lib/rollout/plan/deploy-settings.js";
import { usualCheck } from "../../../lib/rollout/verify/version-check.js";
import { deployTaskScene } from "../../support/deploy-task-scene.js";
import { Fault } from "../../support/fake-aws.js";
import type { Behaviour } from "../../support/scripted-deploy-task.js";
import { revisionArn, type Story } from "../../support/scripted-ecs.js";
import { crashLoop } from "../../support/stories.js";

const command = ["python3", "warm.py"];

const skipping = { ...defaultSettings, skipAfter: true };

const scene = (t: TestContext, behaviour?: Behaviour, story?: Story) =>
  deployTaskScene(t, { after: { command, timeoutSeconds: 900 } }, behaviour, story);

test("the post-deploy task runs with the deployed revision once the verdict is known", async (t) => {
  const { fake, roll, runs, clock } = await scene(t);
  const startedAt = clock.now();
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.exitCode, 0);
  assert.equal(report.after?.state, "done");
  assert.match(formatReport(report), /after +The post-deploy task succeeded at 2026-/);
  assert.equal(runs[0]?.input.taskDefinition, revisionArn(8));
  assert.match(String(runs[0]?.input.startedBy), /^slipway\/after\//);
  assert.ok((runs[0]?.startedAt ?? 0) * 1000 >= startedAt + 118_000);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("a post-deploy task that fails is reported with its own exit code, and nothing is rolled back", async (t) => {
  const { fake, roll } = await scene(t, { ends: 20, exitCode: 4 });
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.exitCode, 11);
  assert.equal(report.after?.state, "failed");
  const text = formatReport(report);
  assert.match(text, /^DEPLOYED: v1\.1\.0/);
  assert.match(text, /after +The post-deploy task failed: the command ended with exit code 4\./);
  assert.match(text, /Cause: the command ended with exit code 4.*the log's end/s);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("the post-deploy task runs once, and the next call reports it again", async (t) => {
  const { roll, runs } = await scene(t, { ends: 20, exitCode: 4 });
  const first = await roll({ runId: "17" });
  const again = await roll({ runId: "17" });
  assert.equal(runs.length, 1);
  assert.deepEqual(again.after, first.after);
  assert.equal(again.exitCode, 11);
});

test("a post-deploy task that a cut-off deploy did not start is run by the next call", async (t) => {
  const { fake, roll, runs } = await scene(t);
  const process = new AbortController();
  const run = fake.script.RunTask;
  fake.script.RunTask = (input) => {
    process.abort(new Error("killed"));
    return run?.(input) ?? {};
  };
  await assert.rejects(roll({ signal: process.signal }), /killed/);
  fake.script.RunTask = run as NonNullable<typeof run>;
  assert.equal((await roll()).after?.state, "done");
  assert.equal(runs.length, 1);
});

test("a post-deploy task that can't be started leaves the verdict unchanged", async (t) => {
  const { fake, roll } = await scene(t);
  fake.script.RunTask = () => new Fault("AccessDeniedException", "no");
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.exitCode, 11);
  assert.match(String(report.after?.said), /may not perform ecs:RunTask/);
});

test("a rollout that is not deployed has no post-deploy task", async (t) => {
  const { roll, runs, lines } = await scene(t, {}, crashLoop("old-id"));
  const report = await roll();
  assert.equal(report.verdict, "rolled-back");
  assert.equal(report.after, undefined);
  assert.equal(runs.length, 0);
  assert.ok(lines.some((line) => line.includes("is not run: the verdict is rolled-back")));
});

test("a deployment that could not be verified has no post-deploy task", async (t) => {
  const { roll, runs } = await scene(t);
  const report = await roll({ http: { baseUrl: "http://127.0.0.1:1", versionCheck: usualCheck } });
  assert.equal(report.verdict, "deployed-unverified");
  assert.equal(runs.length, 0);
});

test("--skip-after and a rollback run no post-deploy task", async (t) => {
  const { roll, runs } = await scene(t);
  assert.equal((await roll({ settings: skipping })).exitCode, 0);
  await roll({ verb: "rollback", runId: "back" });
  assert.equal(runs.length, 0);
});

test("a release that runs already without a deploy of ours has no post-deploy task", async (t) => {
  const { roll, runs, world } = await scene(t);
  await roll({ settings: skipping });
  const made = world.taskDefinitions.get(revisionArn(8));
  if (made) made.tags = [];
  assert.equal((await roll()).verdict, "deployed");
  assert.equal(runs.length, 0);
});
