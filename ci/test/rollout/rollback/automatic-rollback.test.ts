import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../lib/aws/raw-task-definition.js";
import { parseDeploySettings } from "../../../lib/rollout/plan/deploy-settings.js";
import type { SendRequest } from "../../../lib/rollout/verify/http-request.js";
import { Fault } from "../../support/fake-aws.js";
import { addTask, newDigest, revisionArn, type Story, type World } from "../../support/scripted-ecs.js";
import { servingApp } from "../../support/serving-app.js";
import { automaticallyRolledBack, givenUp, success } from "../../support/stories.js";
import { wrongVersionScene } from "../../support/wrong-version-scene.js";

const tagsOf = (world: World, revision: number) =>
  Object.fromEntries(
    (world.taskDefinitions.get(revisionArn(revision))?.tags ?? []).map(({ key, value }) => [key, value]),
  );

test("a deploy that serves another version is rolled back, and reported so", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  const report = await roll();
  assert.equal(report.verdict, "rolled-back");
  assert.equal(report.exitCode, 3);
  assert.match(report.reason, /does not serve v1\.1\.0: v0\.0\.1\. Slipway rolled back: v1\.0\.0 runs again\./);
  assert.equal(report.undo?.to?.taskDefinition, revisionArn(7));
  assert.equal(report.undo?.http?.state, "verified");
  const sent = fake.sent("UpdateService").map(({ taskDefinition }) => taskDefinition);
  assert.deepEqual(sent, [revisionArn(8), revisionArn(9)]);
  assert.equal(world.service.taskDefinition, revisionArn(9));
});

test("the rollback is an exact copy of the revision that ran before", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  await roll();
  const own = (document: JsonObject | undefined) => {
    const { taskDefinitionArn: _a, revision: _r, registeredAt: _t, ...rest } = document ?? {};
    return rest;
  };
  const [before, copy] = [7, 9].map((revision) =>
    own(world.taskDefinitions.get(revisionArn(revision))?.taskDefinition),
  );
  assert.deepEqual(copy, before);
  const tags = tagsOf(world, 9);
  assert.equal(tags["slipway:verb"], "undo");
  assert.equal(tags["slipway:base"], revisionArn(8));
  assert.match(String(tags["slipway:because"]), /answers v0\.0\.1 instead of v1\.1\.0/);
  assert.equal(fake.sent("RegisterTaskDefinition").length, 2);
});

test("a rollout whose URL then answers errors is rolled back too", async (t) => {
  const { world, roll } = await wrongVersionScene(t);
  const healthy = servingApp(world, "v0.0.1");
  const ask: SendRequest = async (question) =>
    world.service.taskDefinition === revisionArn(8) ? { status: 500, headers: {}, body: "" } : healthy(question);
  const report = await roll({ ask });
  assert.equal(report.verdict, "rolled-back");
  assert.match(report.reason, /HTTP 500/);
});

test("a rollout is not rolled back where the same request failed before it", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  const after = servingApp(world, "v0.0.1");
  const ask: SendRequest = async (question) => {
    if (world.service.taskDefinition === revisionArn(7)) throw new Error("unreachable");
    return after(question);
  };
  const report = await roll({ ask });
  assert.equal(report.verdict, "deployed-unverified");
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("a rollout is not rolled back when responses are missing", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  const before = servingApp(world, "v0.0.1");
  const ask: SendRequest = async (question) => {
    if (world.service.taskDefinition === revisionArn(8)) throw new Error("unreachable");
    return before(question);
  };
  const report = await roll({ ask });
  assert.equal(report.verdict, "deployed-unverified");
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("a rollout is not rolled back where right responses come in between", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  const [wrongly, rightly] = [servingApp(world, "v0.0.1"), servingApp(world)];
  let requests = 0;
  const ask: SendRequest = (question) => (++requests % 3 ? wrongly(question) : rightly(question));
  const report = await roll({ ask });
  assert.equal(report.verdict, "failed");
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("a rollout is not rolled back where automatic rollback is disabled", async (t) => {
  const { fake, roll } = await wrongVersionScene(t);
  assert.equal((await roll({ undo: false })).verdict, "failed");
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("a rollout that ECS failed without a rollback is rolled back by the deployer", async (t) => {
  const { fake, roll } = await wrongVersionScene(t, { updates: [givenUp, automaticallyRolledBack] });
  const report = await roll({ http: undefined });
  assert.equal(report.verdict, "rolled-back");
  assert.match(report.reason, /circuit breaker.*Slipway rolled back: v1\.0\.0 runs again/s);
  assert.equal(report.diagnosis?.cause, "container-exits");
  assert.equal(fake.sent("UpdateService").length, 2);
});

test("a rollback that ECS refuses leaves the verdict unchanged, and reports the reason", async (t) => {
  const { fake, roll } = await wrongVersionScene(t, { updates: [givenUp, automaticallyRolledBack] });
  const register = fake.script.RegisterTaskDefinition;
  fake.script.RegisterTaskDefinition = (input) =>
    fake.sent("RegisterTaskDefinition").length > 1
      ? new Fault("ClientException", "Too many.")
      : (register?.(input) ?? {});
  const report = await roll({ http: undefined });
  assert.equal(report.verdict, "failed");
  assert.match(report.reason, /It was not rolled back: ECS refused RegisterTaskDefinition: Too many/);
});

test("an automatic rollback that can't be read any more is uncertain", async (t) => {
  const { fake, roll } = await wrongVersionScene(t);
  const list = fake.script.ListServiceDeployments;
  fake.script.ListServiceDeployments = (input) =>
    fake.sent("UpdateService").length < 2 ? (list?.(input) ?? {}) : new Fault("AccessDeniedException", "no");
  const report = await roll();
  assert.equal(report.verdict, "rolled-back");
  assert.match(report.uncertain.join(), /ecs:ListServiceDeployments is not permitted/);
});

test("the desired count that a deploy has set is rolled back with it", async (t) => {
  const two: Story = [[40, (world) => addTask(world, "b0", revisionArn(8), newDigest)], ...success];
  const { fake, roll } = await wrongVersionScene(t, { updates: [two, automaticallyRolledBack] });
  const settings = parseDeploySettings({ desiredCount: 2 });
  const counts = () => fake.sent("UpdateService").map(({ desiredCount }) => desiredCount);
  assert.equal((await roll({ settings })).verdict, "rolled-back");
  assert.deepEqual(counts(), [2, 1]);
});

test("a service that is still wrong after the rollback is reported as failed", async (t) => {
  const { world, roll } = await wrongVersionScene(t);
  const before = servingApp(world);
  const ask: SendRequest = async (question) =>
    world.service.taskDefinition === revisionArn(7) ? before(question) : { status: 500, headers: {}, body: "" };
  const report = await roll({ ask });
  assert.equal(report.verdict, "failed");
  assert.equal(report.exitCode, 4);
  assert.match(report.reason, /Slipway rolled back, but http:\/\/app\.example\.com\/version answers HTTP 500/);
});
