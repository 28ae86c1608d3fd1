import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { rollOut } from "../../src/rollout/roll-out.js";
import { rollback } from "../../src/rollout/rollback.js";
import { fakeAws } from "../support/fake-aws.js";
import {
  addTask,
  oldDigest,
  release,
  revisionArn,
  type Story,
  scriptedEcs,
  target,
  type World,
} from "../support/scripted-ecs.js";
import { crashLoop, set } from "../support/stories.js";
import { virtualClock } from "../support/virtual-clock.js";

/** Whatever the service is set to takes the place of what ran. */
const replaced: Story = [
  [10, start],
  [
    20,
    (world) => {
      for (const task of world.tasks) if (task.taskDefinitionArn !== world.service.taskDefinition) set(task, gone);
      world.service.deployments.splice(1);
      set(world.service.deployments[0], { rolloutState: "COMPLETED", runningCount: 1 });
      set(world.serviceDeployments[0], { status: "SUCCESSFUL" });
    },
  ],
];
const gone = { lastStatus: "STOPPED", desiredStatus: "STOPPED" };

function start(world: World): void {
  const taskDefinition = String(world.service.taskDefinition);
  const { containerDefinitions } = world.taskDefinitions.get(taskDefinition)?.taskDefinition ?? {};
  const [{ image }] = containerDefinitions as [{ image: string }];
  addTask(world, `t${world.tasks.length}`, taskDefinition, String(image.split("@")[1]));
}

async function scene(t: TestContext, story: Story = replaced) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock, story);
  const fake = await fakeAws(script);
  t.after(() => fake.close());
  const lines: string[] = [];
  const session = { aws: fake.aws, target, clock, progress: (line: string) => void lines.push(line) };
  const deploy = (version: string, digit: string) => {
    const digest = `sha256:${digit.repeat(64)}`;
    return rollOut({ ...session, release: { version, digest, image: release.image.replace(/@.*/, `@${digest}`) } });
  };
  const back = (more: { to?: string; signal?: AbortSignal; progress?: (line: string) => void } = {}) =>
    rollback({ ...session, ...more });
  return { world, fake, lines, deploy, back };
}

test("a rollback goes to the last version that was deployed well, as a copy registered anew", async (t) => {
  const { fake, world, lines, deploy, back } = await scene(t);
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
  assert.ok(lines.some((line) => /Going back from v1\.1\.0 to v1\.0\.0, as service:7 has it/.test(line)));
});

test("a rollback is not to revision minus one: what was rolled back by ECS is passed over", async (t) => {
  const { deploy, back, fake, world } = await scene(t);
  await deploy("v1.1.0", "1");
  const story = fake.script.UpdateService;
  fake.script.UpdateService = (input) => {
    const answer = story?.(input) ?? {};
    set(world.serviceDeployments[0], { status: "ROLLBACK_SUCCESSFUL" });
    return answer;
  };
  await deploy("v1.2.0", "2");
  fake.script.UpdateService = story as NonNullable<typeof story>;
  set(world.serviceDeployments[0], { status: "ROLLBACK_SUCCESSFUL" });
  assert.equal((await back()).release.version, "v1.1.0");
});

test("a second rollback goes further back, not to what the first one left", async (t) => {
  const { deploy, back } = await scene(t);
  await deploy("v1.1.0", "1");
  await deploy("v1.2.0", "2");
  assert.equal((await back()).release.version, "v1.1.0");
  assert.equal((await back()).release.version, "v1.0.0");
});

test("a rollback that was cut off goes on to where it was going", async (t) => {
  const { fake, deploy, back } = await scene(t);
  await deploy("v1.1.0", "1");
  const cut = new AbortController();
  const progress = (line: string) => line.includes("has begun") && cut.abort(new Error("cut off"));
  await assert.rejects(back({ signal: cut.signal, progress }), /cut off/);
  const report = await back();
  assert.equal(report.release.version, "v1.0.0");
  assert.equal(report.verdict, "deployed");
  assert.equal(fake.sent("UpdateService").length, 2);
});

for (const to of ["v1.0.0", "7", "service:7", revisionArn(7)]) {
  test(`a rollback to ${to} goes there`, async (t) => {
    const { deploy, back } = await scene(t);
    await deploy("v1.1.0", "1");
    await deploy("v1.2.0", "2");
    assert.equal((await back({ to })).release.version, "v1.0.0");
  });
}

test("a version that ECS remembers no deployment of is called unproven", async (t) => {
  const { world, lines, deploy, back } = await scene(t);
  await deploy("v1.1.0", "1");
  world.serviceDeployments.pop();
  assert.equal((await back({ to: "v1.0.0" })).release.version, "v1.0.0");
  assert.ok(lines.some((line) => line.includes("unproven")));
});

test("with nothing proven to go back to it is refused and nothing is changed", async (t) => {
  const { fake, back } = await scene(t, crashLoop("old-id"));
  await assert.rejects(back(), { code: "nothing-proven", exitCode: 2 });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});

for (const [to, code] of [
  ["v9.9.9", "no-such-version"],
  ["yesterday", "bad-to"],
  ["other:7", "bad-to"],
] as const) {
  test(`a rollback to ${to} is refused`, async (t) => {
    const { back } = await scene(t);
    await assert.rejects(back({ to }), { code, exitCode: 2 });
  });
}

test("a revision whose image is named by a tag alone is gone back to by the digest that ran", async (t) => {
  const { fake, world, deploy, back } = await scene(t);
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
