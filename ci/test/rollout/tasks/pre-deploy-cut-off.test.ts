import assert from "node:assert/strict";
import { test } from "node:test";
import { preDeployScene } from "../../support/deploy-task-scene.js";
import { lostResponse } from "../../support/fake-aws.js";
import { revisionArn, target } from "../../support/scripted-ecs.js";
import { set } from "../../support/stories.js";

for (const [operation, how] of [
  ["RunTask", "before"],
  ["RunTask", "after"],
  ["DescribeTasks", "before"],
] as const) {
  test(`a deploy that was killed ${how} its ${operation} finds the task again and continues`, async (t) => {
    const { roll, killedAt, runs, record } = await preDeployScene(t);
    await killedAt(operation, how);
    assert.match(String(record()), /^started/);
    assert.equal((await roll()).verdict, "deployed");
    assert.equal(runs.length, 1);
  });
}

test("a completed task is not run again when the deploy was cut off after it", async (t) => {
  const { roll, killedAt, runs, fake } = await preDeployScene(t);
  await killedAt("UpdateService", "before");
  assert.equal((await roll()).verdict, "deployed");
  assert.equal(runs.length, 1);
  assert.equal(fake.sent("RunTask").length, 1);
});

test("the outcome of a task whose end was not observed is read from ECS", async (t) => {
  const { roll, killedAt, runs, clock, record } = await preDeployScene(t, { ends: 20, exitCode: 3 });
  await killedAt("RunTask", "after");
  await clock.sleep(50 * 60_000);
  await assert.rejects(roll(), { code: "before-failed" });
  assert.match(String(record()), /exit-3$/);
  assert.equal(runs.length, 1);
});

for (const how of ["before", "after"] as const) {
  test(`a task that may have run and that ECS no longer lists stops the deploy: killed ${how} RunTask`, async (t) => {
    const { roll, killedAt, runs, clock, fake } = await preDeployScene(t);
    await killedAt("RunTask", how);
    const sent = fake.sent("RunTask").length;
    await clock.sleep(3 * 3_600_000);
    for (const _ of [1, 2]) {
      await assert.rejects(roll(), {
        code: "before-unknown",
        exitCode: 2,
        message: /may have run.*started at 2026-.*To find out: .*slipway\/before\/.*To continue: .*--skip-before/s,
      });
    }
    assert.equal(fake.sent("RunTask").length, sent);
    assert.equal(runs.length, how === "before" ? 0 : 1);
    assert.equal(fake.sent("UpdateService").length, 0);
  });
}

test("a tag in an unknown format stops the deploy", async (t) => {
  const { roll, killedAt, world, runs } = await preDeployScene(t);
  await killedAt("UpdateService", "before");
  const tag = world.taskDefinitions.get(revisionArn(8))?.tags.find(({ key }) => key === "slipway:before");
  set(tag, { value: "done, I think" });
  await assert.rejects(roll(), { code: "before-unknown", message: /its tag is "done, I think"/ });
  assert.equal(runs.length, 1);
});

test("--skip-before continues without the task, also where its outcome is unknown", async (t) => {
  const { roll, killedAt, clock, runs, skipped } = await preDeployScene(t);
  await killedAt("RunTask", "before");
  await clock.sleep(3 * 3_600_000);
  assert.equal((await roll(skipped)).verdict, "deployed");
  assert.equal(runs.length, 0);
});

test("a command that was changed in the target while its task runs starts no second one", async (t) => {
  const { roll, killedAt, runs, fake } = await preDeployScene(t);
  await killedAt("RunTask", "after");
  const list = fake.script.ListTasks;
  fake.script.ListTasks = (input) => (input.startedBy ? { taskArns: [] } : (list?.(input) ?? {}));
  const changed = { ...target, before: { command: ["flask", "db", "upgrade", "--sql"], timeoutSeconds: 900 } };
  assert.equal((await roll({ target: changed })).verdict, "deployed");
  assert.equal(runs.length, 1);
});

test("a duplicate revision after a lost response does not run the task a second time", async (t) => {
  const { roll, killedAt, runs, world, fake, clock, record } = await preDeployScene(t);
  const register = fake.script.RegisterTaskDefinition;
  fake.script.RegisterTaskDefinition = (input) => {
    register?.(input);
    fake.script.RegisterTaskDefinition = register as NonNullable<typeof register>;
    return lostResponse;
  };
  world.listLag = 60;
  await killedAt("UpdateService", "before", { runId: "17" });
  assert.match(String(record(9)), /^done/, "the one that is looked for in vain is registered again");
  await clock.sleep(120_000);
  const report = await roll({ runId: "17" });
  assert.equal(report.taskDefinition, revisionArn(8), "the lowest is the one that counts");
  assert.equal(runs.length, 1);
});

test("a task that only the second call starts has its full time limit, regardless of the first call", async (t) => {
  const { clock, runs, roll, killedAt } = await preDeployScene(t, { ends: 20, exitCode: 0 }, 300);
  await killedAt("RunTask", "before", { runId: "17" });
  await clock.sleep(600_000);
  assert.equal((await roll({ runId: "17" })).verdict, "deployed");
  assert.equal(runs.length, 1);
});
