import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../support/fake-aws.js";
import { scene } from "../../support/rollout-scene.js";
import { addTask, newDigest, revisionArn, type Story } from "../../support/scripted-ecs.js";
import { imageMissing, rolledBackOnRequest, set, success } from "../../support/stories.js";

const missing = { updates: [imageMissing], stop: rolledBackOnRequest };

test("two tasks that fail with a missing image end the rollout, long before the breaker would", async (t) => {
  const { fake, clock, lines, roll } = await scene(t, missing);
  const startedAt = clock.now();
  const report = await roll();
  assert.equal(report.verdict, "rolled-back");
  assert.match(
    report.reason,
    /Rolled back by Slipway, early: the image does not exist - 2 tasks have failed with this cause/,
  );
  assert.equal(report.diagnosis?.cause, "image-missing");
  const took = (clock.now() - startedAt) / 1000;
  assert.ok(took < 330, `it took ${took} s`);
  const [stop] = fake.sent("StopServiceDeployment");
  assert.deepEqual(Object.values(stop ?? {}), [report.deployment.arn, "ROLLBACK"]);
  assert.ok(lines.some((line) => line.startsWith("Requesting a rollback from ECS early")));
});

test("one task is enough where ECR confirms that the digest does not exist", async (t) => {
  const { fake, clock, roll } = await scene(t, missing);
  fake.script.DescribeImages = () =>
    fake.sent("UpdateService").length === 0
      ? { imageDetails: [{ imageDigest: newDigest }] }
      : new Fault("ImageNotFoundException", "not there");
  const startedAt = clock.now();
  assert.match((await roll()).reason, /1 task has failed with this cause and ECR has no such digest/);
  assert.ok(clock.now() - startedAt < 200_000);
  const reads = fake.sent("DescribeImages").filter((input) => JSON.stringify(input).includes(newDigest));
  assert.equal(reads.length, 2);
});

test("with fail fast disabled the circuit breaker decides", async (t) => {
  const { fake, roll } = await scene(t, missing);
  const report = await roll({ permitted: { earlyStop: false } });
  assert.equal(report.verdict, "rolled-back");
  assert.match(report.reason, /circuit breaker/);
  assert.equal(fake.sent("StopServiceDeployment").length, 0);
});

test("a stop that is not permitted is reported once and the circuit breaker decides", async (t) => {
  const { fake, lines, roll } = await scene(t, missing);
  fake.script.StopServiceDeployment = () =>
    new Fault("AccessDeniedException", "not authorized to perform: ecs:StopServiceDeployment on resource: x");
  assert.match((await roll()).reason, /circuit breaker/);
  assert.equal(fake.sent("StopServiceDeployment").length, 1);
  assert.equal(lines.filter((line) => line.includes("ecs:StopServiceDeployment is not permitted")).length, 1);
});

test("a stop that meets a conflict is followed by another poll", async (t) => {
  const { fake, roll } = await scene(t, missing);
  const stop = fake.script.StopServiceDeployment;
  fake.script.StopServiceDeployment = (input) =>
    fake.sent("StopServiceDeployment").length === 1 ? new Fault("ConflictException", "moved") : (stop?.(input) ?? {});
  assert.match((await roll()).reason, /Rolled back by Slipway, early/);
});

test("the state is read again before a stop, and one that has moved is not stopped", async (t) => {
  const { fake, world, lines, roll } = await scene(t, missing);
  const describe = fake.script.DescribeServiceDeployments;
  fake.script.DescribeServiceDeployments = (input) => {
    // The tasks of a poll with two failures prove it; at the read before the stop the deployment is in bake time.
    if (world.tasks.length > 2) set(world.serviceDeployments[0], { lifecycleStage: "BAKE_TIME" });
    return describe?.(input) ?? {};
  };
  await roll();
  assert.ok(lines.some((line) => line.startsWith("Requesting a rollback from ECS early")));
  assert.equal(fake.sent("StopServiceDeployment").length, 0);
});

test("a run that was cut off after its stop reports the stop as its own", async (t) => {
  const { fake, roll } = await scene(t, missing);
  const cut = new AbortController();
  const stop = fake.script.StopServiceDeployment;
  fake.script.StopServiceDeployment = (input) => {
    cut.abort(new Error("cut off"));
    return stop?.(input) ?? {};
  };
  await assert.rejects(roll({ runId: "run-1", signal: cut.signal }), /cut off/);
  const report = await roll({ runId: "run-1" });
  assert.equal(report.verdict, "rolled-back");
  assert.match(report.reason, /Rolled back by Slipway, early: the image does not exist - 2 tasks/);
  assert.equal(fake.sent("UpdateService").length, 1);
});

const never: Story = [[45, (world) => addTask(world, "b1", revisionArn(8), newDigest, { lastStatus: "PENDING" })]];

test("a rollout that is undecided at its deadline is rolled back when the option is set", async (t) => {
  const { fake, clock, roll } = await scene(t, { updates: [never], stop: rolledBackOnRequest });
  const startedAt = clock.now();
  const report = await roll({ timeoutMs: 600_000, permitted: { onTimeout: "rollback" } });
  assert.equal(report.verdict, "rolled-back");
  assert.equal(report.exitCode, 3);
  assert.match(report.reason, /Rolled back by Slipway, because the deadline passed/);
  assert.ok(clock.now() - startedAt < 640_000);
  assert.equal(fake.sent("StopServiceDeployment").length, 1);
});

test("a rollout that ECS reports as done is not rolled back at the deadline, and this is reported", async (t) => {
  const undrained = success.slice(0, -1);
  const { fake, lines, roll } = await scene(t, { updates: [undrained] });
  const report = await roll({ timeoutMs: 600_000, permitted: { onTimeout: "rollback" } });
  assert.equal(report.verdict, "timed-out");
  assert.ok(lines.includes("Not requesting a rollback: the service deployment is SUCCESSFUL."));
  assert.ok(!lines.some((line) => line.startsWith("Requesting a rollback")));
  assert.equal(fake.sent("StopServiceDeployment").length, 0);
});

test("a rollback that does not end either is timed out", async (t) => {
  const { roll } = await scene(t, { updates: [never] });
  const report = await roll({ timeoutMs: 600_000, permitted: { onTimeout: "rollback" } });
  assert.equal(report.verdict, "timed-out");
  assert.match(report.reason, /waiting for ECS to finish the rollback/);
});

test("a good rollout is never stopped", async (t) => {
  const { fake, roll } = await scene(t, success);
  assert.equal((await roll({ permitted: { onTimeout: "rollback" } })).verdict, "deployed");
  assert.equal(fake.sent("StopServiceDeployment").length, 0);
});
