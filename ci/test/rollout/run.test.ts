import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../support/fake-aws.js";
import { scene } from "../support/rollout-scene.js";
import { addTask, newDigest, revisionArn, target } from "../support/scripted-ecs.js";
import { crashLoop, success } from "../support/stories.js";

test("a normal rollout is deployed once the old task has stopped and all three witnesses agree", async (t) => {
  const { fake, clock, lines, roll } = await scene(t, success);
  const startedAt = clock.now();
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.exitCode, 0);
  assert.deepEqual(
    report.witnesses.map(({ holds }) => holds),
    [true, true, true],
  );
  assert.equal(report.from.version, "v1.0.0");
  assert.equal(report.taskDefinition, revisionArn(8));
  assert.equal(report.deployment.id, "ecs-svc/1000000000000000002");
  assert.match(String(report.deployment.arn), /sd2$/);
  assert.deepEqual(report.http, { state: "not-checked" });
  const late = clock.now() - startedAt - 118_000;
  assert.ok(late >= 0 && late <= 2000, `the verdict came ${late} ms after it was true`);
  assert.equal(fake.sent("RegisterTaskDefinition").length, 1);
  assert.deepEqual(fake.sent("UpdateService"), [
    { cluster: target.cluster, service: target.service, taskDefinition: revisionArn(8) },
  ]);
  assert.ok(lines.some((line) => line.includes("Run the same command again")));
});

for (const variant of ["old-id", "new-id"] as const) {
  test(`without the newer permissions a rollback is still reported, with the ${variant} of the rollback`, async (t) => {
    const { fake, roll, lines } = await scene(t, crashLoop(variant));
    fake.script.ListServiceDeployments = () =>
      new Fault("AccessDeniedException", "not authorized to perform: ecs:ListServiceDeployments on resource");
    const report = await roll();
    assert.equal(report.verdict, "rolled-back");
    assert.match(String(report.uncertain), /ecs:ListServiceDeployments is not permitted/);
    assert.ok(lines.some((line) => line.includes("classic deployments")));
  });
}

test("a service deployment that is listed late is found", async (t) => {
  const { world, roll } = await scene(t, success);
  world.listLag = 20;
  world.service.currentServiceDeployment = "arn:stale";
  assert.equal((await roll()).verdict, "deployed");
});

test("a rollout that never ends is timed out at the deadline and not changed", async (t) => {
  const { fake, roll, clock } = await scene(t, []);
  const startedAt = clock.now();
  const report = await roll({ timeoutMs: 600_000 });
  assert.equal(report.verdict, "timed-out");
  assert.equal(report.exitCode, 7);
  assert.ok(clock.now() - startedAt < 610_000);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("the environment's other values never reach the report or the progress", async (t) => {
  const { roll, lines } = await scene(t, success);
  assert.doesNotMatch(JSON.stringify(await roll()) + lines.join("\n"), /not-for-print/);
});

test("where the image's index may not be read, the digests of our own revision's tasks count as our image", async (t) => {
  const child = `sha256:${"2".repeat(64)}`;
  const { fake, roll, lines } = await scene(t, [
    [45, (world) => addTask(world, "b1", revisionArn(8), child)],
    ...success.slice(1),
  ]);
  fake.script.BatchGetImage = () => new Fault("AccessDeniedException", "not authorized to perform: ecr:BatchGetImage");
  assert.equal((await roll()).verdict, "deployed");
  assert.match(lines.join("\n"), /can't be read \(ecr:BatchGetImage is not permitted\)/);
});

test("tasks with the digest of a manifest in our index are on our image", async (t) => {
  const child = `sha256:${"2".repeat(64)}`;
  const { fake, roll } = await scene(t, [
    [45, (world) => addTask(world, "b1", revisionArn(8), child)],
    ...success.slice(1),
  ]);
  fake.script.BatchGetImage = (input) => {
    assert.deepEqual(input.imageIds, [{ imageDigest: newDigest }]);
    return { images: [{ imageManifest: JSON.stringify({ manifests: [{ digest: child }] }) }] };
  };
  assert.equal((await roll()).verdict, "deployed");
  const forIndexes = fake.sent("BatchGetImage").filter((input) => (input.acceptedMediaTypes as string[]).length === 2);
  assert.equal(forIndexes.length, 1);
});
