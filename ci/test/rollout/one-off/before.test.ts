import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { rollOut } from "../../../src/rollout/roll-out.js";
import { Fault, fakeAws, lostAnswer } from "../../support/fake-aws.js";
import { release, revisionArn, scriptedEcs, target, update } from "../../support/scripted-ecs.js";
import { type Behaviour, withOneOffs } from "../../support/scripted-one-off.js";
import { set, success } from "../../support/stories.js";
import { virtualClock } from "../../support/virtual-clock.js";

const command = ["flask", "db", "upgrade"];

async function scene(t: TestContext, behaviour: Behaviour = { ends: 20, exitCode: 0 }, timeoutSeconds = 900) {
  const clock = virtualClock();
  const { world, script: plain } = scriptedEcs(clock, success);
  const { runs, script } = withOneOffs(world, clock, plain, () => behaviour);
  const fake = await fakeAws(script);
  t.after(() => fake.close());
  const lines: string[] = [];
  const options = {
    aws: fake.aws,
    target: { ...target, before: { command, timeoutSeconds } },
    clock,
    release,
    progress: (line: string) => void lines.push(line),
  };
  const roll = (more = {}) => rollOut({ ...options, ...more });
  const skipped = {
    asked: { overrides: { environment: {}, secrets: {} }, force: false, ignore: [], skipBefore: true },
  };
  const record = (revision = 8) =>
    world.taskDefinitions.get(revisionArn(revision))?.tags.find(({ key }) => key === "slipway:before")?.value;
  /** A call that is killed at the first call of an operation: before or after AWS has it. */
  const killedAt = async (operation: string, how: "before" | "after", more = {}) => {
    const process = new AbortController();
    const handle = fake.script[operation];
    fake.script[operation] = (input) => {
      if (how === "after") handle?.(input);
      process.abort(new Error("killed"));
      return lostAnswer;
    };
    await assert.rejects(roll({ ...more, signal: process.signal }), /killed/);
    fake.script[operation] = handle as NonNullable<typeof handle>;
  };
  return { clock, world, fake, runs, lines, roll, record, killedAt, skipped };
}

/** On Fargate a task can't pull from ECR without one. */
const executionRoleArn = "arn:aws:iam::123456789012:role/execution";

/** Operations in the order in which they were first called, of those that change something. */
const changes = (calls: { operation: string }[]) =>
  calls
    .map(({ operation }) => operation)
    .filter((name) => ["RegisterTaskDefinition", "TagResource", "RunTask", "StopTask", "UpdateService"].includes(name));

test("the task runs with the new revision where the service runs, and is noted, before the service is updated", async (t) => {
  const { fake, world, roll, runs, record, lines } = await scene(t);
  const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"] } };
  set(world.service, { networkConfiguration, launchType: "FARGATE", platformVersion: "1.4.0" });
  set(world.taskDefinitions.get(revisionArn(7))?.taskDefinition, { executionRoleArn });
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.deepEqual(changes(fake.calls), [
    "RegisterTaskDefinition",
    "TagResource",
    "RunTask",
    "TagResource",
    "UpdateService",
  ]);
  const { clientToken, startedBy, ...sent } = runs[0]?.input ?? {};
  assert.match(String(clientToken), /^[0-9a-f]{64}$/);
  assert.match(String(startedBy), /^slipway\/before\/[0-9a-f]{32}$/);
  assert.deepEqual(sent, {
    cluster: target.cluster,
    taskDefinition: revisionArn(8),
    networkConfiguration,
    launchType: "FARGATE",
    platformVersion: "1.4.0",
    overrides: { containerOverrides: [{ name: "app", command }] },
  });
  assert.match(String(record()), /^done 2026-\S+ d0{31}$/);
  for (const told of ["PENDING", "RUNNING", "has ended well"]) {
    assert.ok(
      lines.some((line) => line.includes(told)),
      told,
    );
  }
});

test("a service on capacity providers has its task on them too, and tags go along as the service has it", async (t) => {
  const { world, roll, runs } = await scene(t);
  const capacityProviderStrategy = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }];
  set(world.service, { capacityProviderStrategy, propagateTags: "SERVICE", enableECSManagedTags: true });
  set(world.taskDefinitions.get(revisionArn(7))?.taskDefinition, { executionRoleArn });
  await roll();
  const { launchType, ...sent } = runs[0]?.input ?? {};
  assert.equal(launchType, undefined);
  assert.deepEqual(sent.capacityProviderStrategy, capacityProviderStrategy);
  assert.equal(sent.propagateTags, "TASK_DEFINITION");
  assert.equal(sent.enableECSManagedTags, true);
});

test("an exit code that is not 0 refuses the deploy with the log's end, and the service is as it was", async (t) => {
  const { fake, roll, record } = await scene(t, { ends: 20, exitCode: 3 });
  await assert.rejects(roll(), (error: Error & { code: string; exitCode: number }) => {
    assert.equal(error.code, "before-failed");
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /^REFUSED: v1\.1\.0\. The task before the deploy failed/);
    assert.match(error.message, /Cause: the command ended with exit code 3\n.*\n {2}container app: exit code 3/);
    assert.match(error.message, /the log's end/);
    return true;
  });
  assert.match(String(record()), /^failed \S+ d0{31} exit-3$/);
  assert.equal(fake.sent("UpdateService").length, 0);
});

test("a task that failed is refused again with the same words, and does not run again", async (t) => {
  const { roll, runs, fake } = await scene(t, { ends: 20, exitCode: 3 });
  const first = await roll({ runId: "17" }).catch((error: Error) => error.message);
  const again = await roll({ runId: "17" }).catch((error: Error) => error.message);
  assert.equal(again, first);
  assert.equal(runs.length, 1);
  assert.equal(fake.sent("RegisterTaskDefinition").length, 1);
});

test("a task that failed is refused again also when ECS has forgotten it", async (t) => {
  const { roll, runs, clock, fake } = await scene(t, { ends: 20, exitCode: 3 });
  await assert.rejects(roll());
  await clock.sleep(25 * 3_600_000);
  await assert.rejects(roll(), { code: "before-failed", message: /Cause: the command ended with exit code 3/ });
  assert.equal(runs.length, 1);
  assert.equal(fake.sent("RunTask").length, 1);
});

test("another run id runs the task of a failed attempt again", async (t) => {
  const { roll, runs } = await scene(t, { ends: 20, exitCode: 3 });
  await assert.rejects(roll({ runId: "17" }));
  await assert.rejects(roll({ runId: "18" }));
  assert.equal(runs.length, 2);
});

test("a task that can't start is refused by ECS's own reason", async (t) => {
  const stoppedReason = "CannotPullContainerError: pull image manifest: not found";
  const { roll, record } = await scene(t, { ends: 5, stopCode: "TaskFailedToStart", stoppedReason });
  await assert.rejects(roll(), { message: /Cause: the image does not exist\n {2}task d0+ TaskFailedToStart: Cannot/ });
  assert.match(String(record()), /not-started$/);
});

test("a task that is out of memory is told so, not only by its exit code", async (t) => {
  const stoppedReason = "OutOfMemoryError: container killed due to memory usage";
  const { roll } = await scene(t, { ends: 5, exitCode: 137, stoppedReason });
  await assert.rejects(roll(), { message: /Cause: the container is out of memory/ });
});

test("a task over its time limit is stopped on time and the deploy is refused", async (t) => {
  const { roll, fake, clock, record } = await scene(t, {}, 60);
  const startedAt = clock.now();
  await assert.rejects(roll(), {
    code: "before-failed",
    message: /Cause: the command was not done within 60 s and was stopped/,
  });
  assert.equal(fake.sent("StopTask").length, 1);
  assert.ok(clock.now() - startedAt < 70_000, `${clock.now() - startedAt} ms`);
  assert.match(String(record()), /time-limit$/);
});

test("an exit code of 0 after somebody has stopped the task is no success", async (t) => {
  const { roll, fake, record } = await scene(t, {
    ends: 20,
    exitCode: 0,
    stopCode: "UserInitiated",
    stoppedReason: "x",
  });
  await assert.rejects(roll(), { code: "before-failed", message: /somebody stopped the task/ });
  assert.match(String(record()), /stopped$/);
  assert.equal(fake.sent("UpdateService").length, 0);
});

test("the named container's exit code decides, and a companion that goes on is stopped", async (t) => {
  const { roll, fake } = await scene(t, { ends: 20, exitCode: 0, hasCompanion: true });
  assert.equal((await roll()).verdict, "deployed");
  assert.equal(fake.sent("StopTask").length, 1);
});

test("a RunTask whose answer is lost is sent again with the same client token, and the task runs once", async (t) => {
  const { roll, fake, runs } = await scene(t);
  const run = fake.script.RunTask;
  fake.script.RunTask = (input) => {
    run?.(input);
    fake.script.RunTask = run as NonNullable<typeof run>;
    return lostAnswer;
  };
  assert.equal((await roll()).verdict, "deployed");
  const [first, second] = fake.sent("RunTask");
  assert.deepEqual(second, first);
  assert.equal(runs.length, 1);
});

for (const [operation, how] of [
  ["RunTask", "before"],
  ["RunTask", "after"],
  ["DescribeTasks", "before"],
] as const) {
  test(`a deploy that was killed ${how} its ${operation} finds the task again and goes on`, async (t) => {
    const { roll, killedAt, runs, record } = await scene(t);
    await killedAt(operation, how);
    assert.match(String(record()), /^started/);
    assert.equal((await roll()).verdict, "deployed");
    assert.equal(runs.length, 1);
  });
}

test("a task whose work is done is not run again when the deploy was cut off behind it", async (t) => {
  const { roll, killedAt, runs, fake } = await scene(t);
  await killedAt("UpdateService", "before");
  assert.equal((await roll()).verdict, "deployed");
  assert.equal(runs.length, 1);
  assert.equal(fake.sent("RunTask").length, 1);
});

test("a task whose end nobody saw is told by what ECS still knows of it", async (t) => {
  const { roll, killedAt, runs, clock, record } = await scene(t, { ends: 20, exitCode: 3 });
  await killedAt("RunTask", "after");
  await clock.sleep(50 * 60_000);
  await assert.rejects(roll(), { code: "before-failed" });
  assert.match(String(record()), /exit-3$/);
  assert.equal(runs.length, 1);
});

for (const how of ["before", "after"] as const) {
  test(`a task that may have run and that ECS has forgotten stops the deploy and asks: killed ${how} RunTask`, async (t) => {
    const { roll, killedAt, runs, clock, fake } = await scene(t);
    await killedAt("RunTask", how);
    const sent = fake.sent("RunTask").length;
    await clock.sleep(3 * 3_600_000);
    for (const _ of [1, 2]) {
      await assert.rejects(roll(), {
        code: "before-unknown",
        exitCode: 2,
        message: /may have run.*started at 2026-.*To look: .*slipway\/before\/.*To go on: .*--skip-before/s,
      });
    }
    assert.equal(fake.sent("RunTask").length, sent);
    assert.equal(runs.length, how === "before" ? 0 : 1);
    assert.equal(fake.sent("UpdateService").length, 0);
  });
}

test("a tag that is not in our words stops the deploy and asks", async (t) => {
  const { roll, killedAt, world, runs } = await scene(t);
  await killedAt("UpdateService", "before");
  const tag = world.taskDefinitions.get(revisionArn(8))?.tags.find(({ key }) => key === "slipway:before");
  set(tag, { value: "done, I think" });
  await assert.rejects(roll(), { code: "before-unknown", message: /its tag says "done, I think"/ });
  assert.equal(runs.length, 1);
});

test("--skip-before goes on without the task, also where its outcome is unknown", async (t) => {
  const { roll, killedAt, clock, runs, skipped } = await scene(t);
  await killedAt("RunTask", "before");
  await clock.sleep(3 * 3_600_000);
  assert.equal((await roll(skipped)).verdict, "deployed");
  assert.equal(runs.length, 0);
});

test("a task that ECS refuses to start changes nothing, and is started when it is called again later", async (t) => {
  const { roll, fake, record, clock, runs } = await scene(t);
  const run = fake.script.RunTask;
  fake.script.RunTask = () =>
    new Fault("AccessDeniedException", "User: x is not authorized to perform: iam:PassRole on resource: y");
  await assert.rejects(roll(), { code: "access-denied", exitCode: 2, message: /iam:PassRole/ });
  assert.match(String(record()), /^refused/);
  fake.script.RunTask = run as NonNullable<typeof run>;
  await clock.sleep(3 * 3_600_000);
  assert.equal((await roll()).verdict, "deployed");
  assert.equal(runs.length, 1);
});

test("no room for the task is told with ECS's reason", async (t) => {
  const { roll, fake } = await scene(t);
  fake.script.RunTask = () => ({ tasks: [], failures: [{ reason: "Capacity is unavailable at this time." }] });
  await assert.rejects(roll(), { code: "task-not-placed", exitCode: 2, message: /Capacity is unavailable/ });
});

test("without the right to tag revisions nothing is run", async (t) => {
  const { roll, fake, runs } = await scene(t);
  fake.script.TagResource = () => new Fault("AccessDeniedException", "no");
  await assert.rejects(roll(), { code: "access-denied", message: /ecs:TagResource/ });
  assert.equal(runs.length, 0);
});

test("a command that was changed in the target while its task runs starts no second one", async (t) => {
  const { roll, killedAt, runs, fake } = await scene(t);
  await killedAt("RunTask", "after");
  const list = fake.script.ListTasks;
  fake.script.ListTasks = (input) => (input.startedBy ? { taskArns: [] } : (list?.(input) ?? {}));
  const changed = { ...target, before: { command: ["flask", "db", "upgrade", "--sql"], timeoutSeconds: 900 } };
  assert.equal((await roll({ target: changed })).verdict, "deployed");
  assert.equal(runs.length, 1);
});

test("a duplicate revision that came of a lost answer does not run the task a second time", async (t) => {
  const { roll, killedAt, runs, world, fake, clock, record } = await scene(t);
  const register = fake.script.RegisterTaskDefinition;
  fake.script.RegisterTaskDefinition = (input) => {
    register?.(input);
    fake.script.RegisterTaskDefinition = register as NonNullable<typeof register>;
    return lostAnswer;
  };
  world.listLag = 60;
  await killedAt("UpdateService", "before", { runId: "17" });
  assert.match(String(record(9)), /^done/, "the one that is looked for in vain is registered again");
  await clock.sleep(120_000);
  const report = await roll({ runId: "17" });
  assert.equal(report.taskDefinition, revisionArn(8), "the lowest is the one that counts");
  assert.equal(runs.length, 1);
});

test("throttling while the task is watched is waited out", async (t) => {
  const { roll, fake, lines } = await scene(t);
  const describe = fake.script.DescribeTasks;
  let times = 0;
  fake.script.DescribeTasks = (input) => {
    times += 1;
    return times === 2 ? new Fault("ThrottlingException", "Rate exceeded") : (describe?.(input) ?? {});
  };
  assert.equal((await roll()).verdict, "deployed");
  assert.ok(lines.some((line) => line.includes("asked again in 2 s")));
});

test("somebody who deploys while the task runs is not overridden", async (t) => {
  const { roll, fake, world } = await scene(t);
  const run = fake.script.RunTask;
  fake.script.RunTask = (input) => {
    update(world, revisionArn(6));
    return run?.(input) ?? {};
  };
  await assert.rejects(roll(), { code: "superseded", exitCode: 5 });
  assert.equal(fake.sent("UpdateService").length, 0);
});

test("a deployment of what ran that somebody has begun while the task ran is left alone, and the next call goes on", async (t) => {
  const { roll, fake, world, runs } = await scene(t);
  const run = fake.script.RunTask;
  fake.script.RunTask = (input) => {
    update(world, revisionArn(7));
    fake.script.RunTask = run as NonNullable<typeof run>;
    return run?.(input) ?? {};
  };
  await assert.rejects(roll(), { code: "deployment-in-flight", exitCode: 2 });
  assert.equal(fake.sent("UpdateService").length, 0);
  set(world.serviceDeployments[0], { status: "SUCCESSFUL" });
  set(world.service.deployments[0], { rolloutState: "COMPLETED" });
  world.service.deployments.pop();
  assert.equal((await roll({ timeoutMs: 60_000 })).changed, true);
  assert.equal(fake.sent("UpdateService").length, 1);
  assert.equal(runs.length, 1);
});

test("a rollback runs no task before it", async (t) => {
  const { roll, runs } = await scene(t);
  await roll({ verb: "rollback" });
  assert.equal(runs.length, 0);
});

test("what runs already runs no task", async (t) => {
  const { roll, runs } = await scene(t);
  await roll();
  await roll();
  assert.equal(runs.length, 1);
});
