/** Tests with permission for ListServiceDeployments and without DescribeServiceDeployments. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { readHistory } from "../../lib/rollout/history/read-history.js";
import { Fault } from "../support/fake-aws.js";
import { scene } from "../support/rollout-scene.js";
import { revisionArn, type Stories, type Story, target } from "../support/scripted-ecs.js";
import { beginRollback, crashLoop, earlySuccess, givenUp, set, success } from "../support/stories.js";

async function listedOnly(t: TestContext, story: Story | Stories) {
  const it = await scene(t, story);
  it.fake.script.DescribeServiceDeployments = () => new Fault("AccessDeniedException", "no");
  return it;
}

test("a rollout is deployed by the status that ECS lists, and the report names what was not read", async (t) => {
  const { fake, lines, roll } = await listedOnly(t, success);
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.deepEqual(report.witnesses.map(({ name, saw }) => [name, saw])[0], ["service deployment", "SUCCESSFUL"]);
  assert.match(String(report.uncertain), /ecs:DescribeServiceDeployments is not permitted.*status that ECS lists/);
  assert.equal(lines.filter((line) => line.includes("status that ECS lists")).length, 1);
  assert.equal(fake.sent("DescribeServiceDeployments").length, 1, "what is denied is not called again");
});

for (const variant of ["old-id", "new-id"] as const) {
  test(`a rollback by the circuit breaker is named from the listed reason, with the ${variant} of the rollback`, async (t) => {
    const { roll } = await listedOnly(t, crashLoop(variant));
    const report = await roll();
    assert.equal(report.verdict, "rolled-back");
    assert.match(report.reason, /^Rolled back by the circuit breaker\./);
  });
}

test("a rollout that the circuit breaker stopped without a rollback has failed, and is not a user's stop", async (t) => {
  const { roll } = await listedOnly(t, givenUp);
  const report = await roll({ undo: false });
  assert.equal(report.verdict, "failed");
  assert.match(report.reason, /^Stopped by the circuit breaker, and nothing was rolled back\./);
});

test("a stop by a user is stopped, though the classic deployments show a running rollout", async (t) => {
  const { roll } = await listedOnly(t, [
    [30, ({ serviceDeployments }) => set(serviceDeployments[0], { status: "STOPPED", statusReason: byUser })],
  ]);
  assert.equal((await roll({ timeoutMs: 300_000 })).verdict, "stopped");
});
const byUser = "Service deployment stopped by user.";

test("a rollback that a user requested is named as a user's", async (t) => {
  const { roll } = await listedOnly(t, [
    [30, (world) => beginRollback(world, "old-id", {})],
    [
      50,
      ({ service, serviceDeployments }) => {
        set(service.deployments[0], { rolloutState: "COMPLETED" });
        const statusReason = "Service deployment rolled back by user.";
        set(serviceDeployments[0], { status: "ROLLBACK_SUCCESSFUL", statusReason });
      },
    ],
  ]);
  const report = await roll({ timeoutMs: 300_000 });
  assert.equal(report.verdict, "rolled-back");
  assert.match(report.reason, /^Rolled back by a user/);
});

test("an early success is known from the service's own settings", async (t) => {
  const { world, roll } = await listedOnly(t, earlySuccess);
  set(world.service, { deploymentConfiguration: { earlySuccessCriteria: { enable: true } } });
  assert.equal((await roll()).verdict, "deployed-early");
});

test("where the list is not permitted either, the classic deployments are used", async (t) => {
  const { fake, roll } = await listedOnly(t, success);
  fake.script.ListServiceDeployments = () => new Fault("AccessDeniedException", "no");
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.match(String(report.uncertain), /classic deployments/);
});

test("the history shows each deployment's outcome from the list", async (t) => {
  const { fake, clock, roll } = await listedOnly(t, crashLoop("old-id"));
  await roll();
  const past = await readHistory({ aws: fake.aws, target, clock, progress: () => {} }, 10);
  assert.deepEqual(
    past.map(({ taskDefinition, ending }) => [taskDefinition, ending]),
    [
      [revisionArn(8), "rolled-back"],
      [revisionArn(7), "deployed"],
    ],
  );
});
