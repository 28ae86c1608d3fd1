import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDeploySettings } from "../../lib/rollout/plan/deploy-settings.js";
import { replaced, rollbackScene } from "../support/rollback-scene.js";
import { oldDigest, release, revisionArn, type Story } from "../support/scripted-ecs.js";
import { beginRollback, crashLoop, set } from "../support/stories.js";

test("a rollback goes to the last version that was deployed successfully, as a new copy", async (t) => {
  const { fake, world, lines, deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  const report = await back();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.release.version, "v1.0.0");
  assert.equal(report.release.digest, oldDigest);
  assert.equal(report.taskDefinition, revisionArn(9));
  assert.equal(fake.sent("UpdateService").length, 2);
  const copy = world.taskDefinitions.get(revisionArn(9));
  const original = world.taskDefinitions.get(revisionArn(7))?.taskDefinition;
  assert.deepEqual(copy?.taskDefinition.containerDefinitions, original?.containerDefinitions);
  assert.ok(copy?.tags.some(({ key, value }) => key === "slipway:verb" && value === "rollback"));
  assert.ok(lines.some((line) => /Rolling back from v1\.1\.0 to v1\.0\.0, from service:7/.test(line)));
});

test("a second rollback goes further back, not to the version that the first one replaced", async (t) => {
  const { deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  await deploy("v1.2.0", "2");
  assert.equal((await back()).release.version, "v1.1.0");
  assert.equal((await back()).release.version, "v1.0.0");
});

test("a rollback that was cut off continues to its target", async (t) => {
  const { fake, deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  const cut = new AbortController();
  const progress = (line: string) => line.includes("has begun") && cut.abort(new Error("cut off"));
  await assert.rejects(back({ signal: cut.signal, progress }), /cut off/);
  const report = await back();
  assert.equal(report.release.version, "v1.0.0");
  assert.equal(report.verdict, "deployed");
  assert.equal(fake.sent("UpdateService").length, 2);
});

test("a rollback that was cut off before ECS lists it continues to its target", async (t) => {
  const { world, fake, deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  world.listLag = 5;
  const cut = new AbortController();
  const progress = (line: string) => line.includes("has begun") && cut.abort(new Error("cut off"));
  await assert.rejects(back({ signal: cut.signal, progress }), /cut off/);
  const report = await back();
  assert.equal(report.release.version, "v1.0.0");
  assert.equal(report.verdict, "deployed");
  assert.equal(fake.sent("UpdateService").length, 2);
});

test("a rollback that ECS calls SUCCESSFUL continues to its target until the service has settled on it", async (t) => {
  const settles: Story = [
    ...replaced,
    [20, (world) => set(world.service.deployments[0], { rolloutState: "IN_PROGRESS" })],
    [100, (world) => set(world.service.deployments[0], { rolloutState: "COMPLETED" })],
  ];
  const { fake, lines, deploy, back } = await rollbackScene(t, { updates: [replaced, replaced, settles] });
  await deploy("v1.1.0", "1");
  await deploy("v1.2.0", "2");
  const cut = new AbortController();
  const progress = (line: string) => line.includes("SUCCESSFUL") && cut.abort(new Error("cut off"));
  await assert.rejects(back({ signal: cut.signal, progress }), /cut off/);
  const report = await back();
  assert.equal(report.release.version, "v1.1.0");
  assert.equal(report.verdict, "deployed");
  assert.ok(lines.includes("A rollback to v1.1.0 (service:10) is unfinished: continuing it."));
  assert.equal(fake.sent("UpdateService").length, 3);
});

test("a rollback is not continued while ECS rolls back a later deployment", async (t) => {
  const wayBack: Story = [[5, (world) => beginRollback(world, "old-id")]];
  const { fake, deploy, back } = await rollbackScene(t, { updates: [replaced, replaced, replaced, wayBack] });
  await deploy("v1.1.0", "1");
  await deploy("v1.2.0", "2");
  assert.equal((await back()).taskDefinition, revisionArn(10));
  const cut = new AbortController();
  const progress = (line: string) => line.includes("ROLLBACK_IN_PROGRESS") && cut.abort(new Error("cut off"));
  await assert.rejects(deploy("v1.3.0", "3", { signal: cut.signal, progress }), /cut off/);
  await assert.rejects(back(), { code: "deployment-in-flight" });
  assert.equal(fake.sent("UpdateService").length, 4);
});

for (const to of ["v1.0.0", "7", "service:7", revisionArn(7)]) {
  test(`a rollback to ${to} deploys it`, async (t) => {
    const { deploy, back } = await rollbackScene(t);
    await deploy("v1.1.0", "1");
    await deploy("v1.2.0", "2");
    assert.equal((await back({ to })).release.version, "v1.0.0");
  });
}

test("a missing revision is refused by its name", async (t) => {
  const { fake, back } = await rollbackScene(t);
  await assert.rejects(back({ to: "99" }), {
    code: "no-such-revision",
    exitCode: 2,
    message: /service:99 is no rollback target/,
  });
  assert.equal(fake.sent("UpdateService").length, 0);
});

test("a version without a deployment in ECS is called unproven", async (t) => {
  const { world, lines, deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  world.serviceDeployments.pop();
  assert.equal((await back({ to: "v1.0.0" })).release.version, "v1.0.0");
  assert.ok(lines.some((line) => line.includes("unproven")));
});

test("without a proven rollback target it is refused and nothing is changed", async (t) => {
  const { fake, back } = await rollbackScene(t, crashLoop("old-id"));
  await assert.rejects(back(), { code: "nothing-proven", exitCode: 2 });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});

for (const [to, code] of [
  ["v9.9.9", "no-such-version"],
  ["yesterday", "no-such-version"],
  ["other:7", "bad-to"],
] as const) {
  test(`a rollback to ${to} is refused`, async (t) => {
    const { back } = await rollbackScene(t);
    await assert.rejects(back({ to }), { code, exitCode: 2 });
  });
}

test("an unknown version is refused, naming the known ones, with the nearest as a suggestion", async (t) => {
  const { deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  await assert.rejects(back({ to: "v1.1.O" }), {
    code: "no-such-version",
    message: /Did you mean "v1\.1\.0"\? They have: v1\.0\.0, v1\.1\.0\. See history/,
  });
});

test("a rollback to a revision whose image has only a tag uses the digest that ran", async (t) => {
  const { fake, world, deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  const containers = world.taskDefinitions.get(revisionArn(7))?.taskDefinition.containerDefinitions;
  const [app] = (containers ?? []) as [object];
  set(app, { image: release.image.replace(/@.*/, ":v1.0.0") });
  await assert.rejects(back(), { code: "not-a-release", message: /names no digest/ });
  const describe = fake.script.DescribeServiceRevisions;
  fake.script.DescribeServiceRevisions = (input) => {
    const { serviceRevisions } = (describe?.(input) ?? { serviceRevisions: [] }) as { serviceRevisions: object[] };
    for (const one of serviceRevisions)
      set(one, { containerImages: [{ containerName: "app", imageDigest: oldDigest }] });
    return { serviceRevisions: serviceRevisions as never };
  };
  const report = await back();
  assert.equal(report.release.image, release.image.replace(/@.*/, `@${oldDigest}`));
});

test("a rollback of a locked service is refused before anything is registered, unless the finding is ignored", async (t) => {
  const { fake, world, deploy, back } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  world.service.tags = [{ key: "slipway:lock", value: "2026-01-01T00:00:00.000Z user/alice freeze OPS-12" }];
  await assert.rejects(back(), (error: Error & { exitCode: number }) => {
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /is locked by user\/alice since 2026-01-01T00:00:00\.000Z, reason: freeze OPS-12\./);
    return true;
  });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 1);
  assert.equal(fake.sent("UpdateService").length, 1);
  const ignoring = parseDeploySettings({ ignore: ["locked"] });
  assert.equal((await back({ settings: ignoring })).release.version, "v1.0.0");
});
