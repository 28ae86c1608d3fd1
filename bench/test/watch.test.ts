import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDeploySettings } from "../../ci/lib/rollout/plan/deploy-settings.js";
import { run } from "../../ci/lib/rollout/run.js";
import { runWatch } from "../../ci/lib/rollout/run-watch.js";
import { pause, shiftScene } from "./shift-scene.js";

const CANARY = {
  strategy: "CANARY",
  bakeTimeInMinutes: 1,
  canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 3 },
};
/** Everything that a deploy does and a watch does not. */
const changes = [
  "ecs:ContinueServiceDeployment",
  "ecs:RegisterTaskDefinition",
  "ecs:RunTask",
  "ecs:StopServiceDeployment",
  "ecs:TagResource",
  "ecs:UpdateService",
];
const scene = (deploymentConfiguration = {}) => shiftScene({ deploymentConfiguration, deny: changes });
type Scene = Awaited<ReturnType<typeof shiftScene>>;

const stop = async ({ newest, ecs }: Scene) =>
  ecs("StopServiceDeployment", { serviceDeploymentArn: (await newest()).serviceDeploymentArn });

test("a canary that another tool began is watched to its end, and nothing is changed", async () => {
  const world = await scene(CANARY);
  const taskDefinition = await world.begin("v2.0.0");
  const report = await runWatch(world.session);
  assert.deepEqual([report.verdict, report.exitCode, report.reason], ["deployed", 0, "All witnesses agree."]);
  assert.deepEqual([report.release.version, report.from.version], ["v2.0.0", "v1.0.0"]);
  assert.deepEqual([report.taskDefinition, report.changed, report.watchedOnly], [taskDefinition, false, true]);
  assert.equal(report.deployment.arn, (await world.newest()).serviceDeploymentArn);
  assert.match(world.lines[0] ?? "", /^Watching \S+, v2\.0\.0 \(web:2\) to its end\.$/);
  assert.ok(world.lines.some((line) => line.includes("PRODUCTION_TRAFFIC_SHIFT")));
});

test("a deployment of an old revision of Slipway by another tool names what it replaces now", async () => {
  const { session, publish, ecs, clock } = await shiftScene();
  const settings = parseDeploySettings({ ignore: ["mutable-tags"] });
  const [old] = [
    await run({ ...session, settings, release: await publish("v2.0.0") }),
    await run({ ...session, settings, release: await publish("v3.0.0") }),
  ];
  const { cluster, service } = session.target;
  await ecs("UpdateService", { cluster, service, taskDefinition: old.taskDefinition });
  clock.advance(8_000);
  const { release, from } = await runWatch(session);
  assert.deepEqual([release.version, from.version], ["v2.0.0", "v3.0.0"]);
});

test("a rollback that another user requests is the verdict", async () => {
  const world = await scene(CANARY);
  await world.begin("v2.0.0");
  world.clock.after(60_000, () => void stop(world));
  const report = await runWatch(world.session);
  assert.deepEqual([report.verdict, report.exitCode], ["rolled-back", 3]);
  assert.match(report.reason, /Rolled back by a user/);
  const again = await runWatch(world.session);
  assert.deepEqual([again.verdict, again.release.version], ["rolled-back", "v2.0.0"]);
  assert.match(world.lines.join("\n"), /No deployment is in flight: judging the last one, \S+, v2\.0\.0/);
});

test("a hook that waits ends the watch, with the commands to type", async () => {
  const world = await scene({ ...CANARY, lifecycleHooks: [pause("POST_TEST_TRAFFIC_SHIFT")] });
  await world.begin("v2.0.0");
  const report = await runWatch(world.session);
  assert.deepEqual([report.verdict, report.exitCode], ["paused", 10]);
  const [hook] = await world.waiting();
  assert.ok(report.next?.includes(`dagger call continue --hook ${hook}`), report.next);
});

test("a deployment that replaces the watched one is named", async () => {
  const world = await scene();
  await world.begin("v2.0.0");
  world.clock.after(10_000, () => void world.begin("v3.0.0"));
  const report = await runWatch(world.session);
  assert.deepEqual([report.verdict, report.exitCode], ["superseded", 5]);
});

test("a failed deployment of another tool is diagnosed, and is neither stopped nor rolled back", async () => {
  const world = await scene({ deploymentConfiguration: {} });
  await world.begin("missing");
  const report = await runWatch({ ...world.session, timeoutMs: 300_000 });
  assert.equal(report.verdict, "timed-out");
  assert.equal(report.diagnosis?.cause, "image-missing");
  assert.equal((await world.newest()).status, "IN_PROGRESS");
});

test("with nothing in flight the last deployment is judged, also where service deployments may not be read", async () => {
  const { session } = await scene();
  assert.equal((await runWatch(session)).verdict, "deployed");
  const world = await shiftScene({ deny: [...changes, "ecs:ListServiceDeployments"] });
  const report = await runWatch(world.session);
  assert.deepEqual([report.verdict, report.release.version], ["deployed", "v1.0.0"]);
  assert.match(String(report.uncertain), /ecs:ListServiceDeployments is not permitted/);
});
