/**
 * Wrong verdicts of other deploy tools. The comment of each test names the source: issues of the projects' public trackers.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../lib/aws/raw-task-definition.js";
import { Fault } from "../support/fake-aws.js";
import { scene } from "../support/rollout-scene.js";
import { addTask, newDigest, oldDigest, revisionArn, type Story, update } from "../support/scripted-ecs.js";
import { crashLoop, set, success } from "../support/stories.js";

// Reported as a success by the AWS waiter, aws-actions/amazon-ecs-deploy-task-definition #191, fabfuel/ecs-deploy #185,
// kayac/ecspresso #732 and hashicorp/terraform-provider-aws #19519.
for (const variant of ["old-id", "new-id"] as const) {
  test(`a crash loop that the breaker rolls back is reported as rolled back, with the ${variant} of the rollback`, async (t) => {
    const { fake, roll } = await scene(t, crashLoop(variant));
    fake.script.GetLogEvents = (input) => {
      assert.equal(input.logStreamName, `ecs/app/${"c3".padEnd(32, "0")}`);
      return { events: [{ timestamp: 1, message: "KeyError: 'DATABASE_URL'\n" }] };
    };
    const report = await roll();
    assert.equal(report.verdict, "rolled-back");
    assert.equal(report.exitCode, 3);
    assert.match(report.reason, /circuit breaker/);
    assert.equal(report.diagnosis?.cause, "container-exits");
    assert.equal(report.diagnosis?.failedTasks, 3);
    assert.ok(report.log && "lines" in report.log);
    assert.deepEqual(report.log.lines, ["KeyError: 'DATABASE_URL'"]);
  });
}

// aws-actions/amazon-ecs-deploy-task-definition #191.
test("a deployment that replaces ours is reported as superseded, not as deployed", async (t) => {
  const { roll } = await scene(t, [
    [30, (world) => update(world, revisionArn(7))],
    [
      31,
      (world) =>
        set(world.serviceDeployments[1], { status: "STOPPED", statusReason: "Replaced by a new service deployment." }),
    ],
    [60, (world) => set(world.serviceDeployments[0], { status: "SUCCESSFUL" })],
  ]);
  const report = await roll();
  assert.equal(report.verdict, "superseded");
  assert.equal(report.exitCode, 5);
  assert.match(report.reason, /service:7/);
});

// Counted as a success: aws-actions/amazon-ecs-deploy-task-definition #191.
test("a rollout with a desired count of 0 is reported as nothing that ran, not as deployed", async (t) => {
  const { world, roll } = await scene(t, [
    [
      10,
      (world) => {
        world.service.deployments.pop();
        set(world.service.deployments[0], { rolloutState: "COMPLETED", desiredCount: 0 });
        set(world.serviceDeployments[0], { status: "SUCCESSFUL" });
      },
    ],
  ]);
  set(world.service, { desiredCount: 0, runningCount: 0 });
  world.tasks = [];
  const report = await roll();
  assert.equal(report.verdict, "nothing-ran");
  assert.equal(report.exitCode, 9);
});

// Timed out though the deployment succeeds: aws-actions/amazon-ecs-deploy-task-definition #30, #31.
test("a rollout whose old task drains for five minutes is deployed, and not before that", async (t) => {
  const story = success.map(([seconds, change]): Story[number] => [seconds === 118 ? 370 : seconds, change]);
  const { clock, roll } = await scene(t, story);
  const startedAt = clock.now();
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  const late = clock.now() - startedAt - 370_000;
  assert.ok(late >= 0 && late <= 2000, `the verdict came ${late} ms after it was true`);
});

// Only the first page is read: fabfuel/ecs-deploy #176, sil-org/ecs-deploy #266.
test("an old task beyond the first hundred keeps a rollout from being called deployed", async (t) => {
  const { world, fake, clock, roll } = await scene(t, [
    [
      45,
      (world) => {
        for (let n = 0; n < 150; n++) addTask(world, `b${n}x`, revisionArn(8), newDigest);
        addTask(world, "a1", revisionArn(7), oldDigest);
        world.tasks.shift();
        world.service.deployments.pop();
        set(world.service.deployments[0], { rolloutState: "COMPLETED", runningCount: 150 });
        set(world.serviceDeployments[0], { status: "SUCCESSFUL" });
      },
    ],
    [200, (world) => void world.tasks.pop()],
  ]);
  set(world.service, { desiredCount: 150 });
  const list = fake.script.ListTasks;
  fake.script.ListTasks = (input) => {
    const { taskArns } = (list?.(input) ?? {}) as { taskArns: Json[] };
    const from = Number(input.nextToken ?? 0);
    const more = from + 100 < taskArns.length ? { nextToken: String(from + 100) } : {};
    return { taskArns: taskArns.slice(from, from + 100), ...more };
  };
  const describe = fake.script.DescribeTasks;
  fake.script.DescribeTasks = (input) =>
    (input.tasks as string[]).length > 100
      ? new Fault("InvalidParameterException", "at most 100")
      : (describe?.(input) ?? {});
  const startedAt = clock.now();
  assert.equal((await roll()).verdict, "deployed");
  assert.ok(clock.now() - startedAt >= 200_000);
});
