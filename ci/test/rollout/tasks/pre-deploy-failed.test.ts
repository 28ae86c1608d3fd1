import assert from "node:assert/strict";
import { test } from "node:test";
import { preDeployScene } from "../../support/deploy-task-scene.js";

test("an exit code that is not 0 refuses the deploy with the log's end, and the service is not changed", async (t) => {
  const { fake, roll, record } = await preDeployScene(t, { ends: 20, exitCode: 3 });
  await assert.rejects(roll(), (error: Error & { code: string; exitCode: number }) => {
    assert.equal(error.code, "before-failed");
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /^REFUSED: v1\.1\.0\. The pre-deploy task failed/);
    assert.match(error.message, /Cause: the command ended with exit code 3\n.*\n {2}container app: exit code 3/);
    assert.match(error.message, /the log's end/);
    return true;
  });
  assert.match(String(record()), /^failed \S+ d0{31} exit-3$/);
  assert.equal(fake.sent("UpdateService").length, 0);
});

test("a task that failed is refused again with the same words, and does not run again", async (t) => {
  const { roll, runs, fake } = await preDeployScene(t, { ends: 20, exitCode: 3 });
  const first = await roll({ runId: "17" }).catch((error: Error) => error.message);
  const again = await roll({ runId: "17" }).catch((error: Error) => error.message);
  assert.equal(again, first);
  assert.equal(runs.length, 1);
  assert.equal(fake.sent("RegisterTaskDefinition").length, 1);
});

test("a task that failed is refused again also when ECS no longer lists it", async (t) => {
  const { roll, runs, clock, fake } = await preDeployScene(t, { ends: 20, exitCode: 3 });
  await assert.rejects(roll());
  await clock.sleep(25 * 3_600_000);
  await assert.rejects(roll(), { code: "before-failed", message: /Cause: the command ended with exit code 3/ });
  assert.equal(runs.length, 1);
  assert.equal(fake.sent("RunTask").length, 1);
});

test("another run id runs the task of a failed attempt again", async (t) => {
  const { roll, runs } = await preDeployScene(t, { ends: 20, exitCode: 3 });
  await assert.rejects(roll({ runId: "17" }));
  await assert.rejects(roll({ runId: "18" }));
  assert.equal(runs.length, 2);
});

test("a task that can't start is refused by ECS's own reason", async (t) => {
  const stoppedReason = "CannotPullContainerError: pull image manifest: not found";
  const { roll, record } = await preDeployScene(t, { ends: 5, stopCode: "TaskFailedToStart", stoppedReason });
  await assert.rejects(roll(), { message: /Cause: the image does not exist\n {2}task d0+ TaskFailedToStart: Cannot/ });
  assert.match(String(record()), /not-started$/);
});

test("a task that is out of memory is reported so, not only by its exit code", async (t) => {
  const stoppedReason = "OutOfMemoryError: container killed due to memory usage";
  const { roll } = await preDeployScene(t, { ends: 5, exitCode: 137, stoppedReason });
  await assert.rejects(roll(), { message: /Cause: the container is out of memory/ });
});

test("a task over its time limit is stopped on time and the deploy is refused", async (t) => {
  const { roll, fake, clock, record } = await preDeployScene(t, {}, 60);
  const startedAt = clock.now();
  await assert.rejects(roll(), {
    code: "before-failed",
    message: /Cause: the command was not done within 60 s and was stopped/,
  });
  assert.equal(fake.sent("StopTask").length, 1);
  assert.ok(clock.now() - startedAt < 70_000, `${clock.now() - startedAt} ms`);
  assert.match(String(record()), /time-limit$/);
});

test("an exit code of 0 after a user has stopped the task is not a success", async (t) => {
  const { roll, fake, record } = await preDeployScene(t, {
    ends: 20,
    exitCode: 0,
    stopCode: "UserInitiated",
    stoppedReason: "x",
  });
  await assert.rejects(roll(), { code: "before-failed", message: /a user stopped the task/ });
  assert.match(String(record()), /stopped$/);
  assert.equal(fake.sent("UpdateService").length, 0);
});
