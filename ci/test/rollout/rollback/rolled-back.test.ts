import assert from "node:assert/strict";
import { test } from "node:test";
import { readHistory } from "../../../lib/rollout/history/read-history.js";
import { runRollback } from "../../../lib/rollout/run-rollback.js";
import { revisionArn, target, update } from "../../support/scripted-ecs.js";
import { automaticallyRolledBack, givenUp } from "../../support/stories.js";
import { wrongVersion, wrongVersionScene } from "../../support/wrong-version-scene.js";

test("a deploy that was cut off during its rollback continues the rollback when it is run again, without a run id", async (t) => {
  for (const stories of [wrongVersion, { updates: [givenUp, automaticallyRolledBack] }]) {
    const { fake, world, lines, roll } = await wrongVersionScene(t, stories);
    const cut = new AbortController();
    const progress = (line: string) =>
      world.service.taskDefinition === revisionArn(9) &&
      line.includes("IN_PROGRESS") &&
      cut.abort(new Error("cut off"));
    await assert.rejects(roll({ signal: cut.signal, progress }), /cut off/);
    const report = await roll();
    assert.equal(report.verdict, "rolled-back");
    assert.equal(report.attached, true);
    assert.ok(lines.includes("An earlier call has rolled out v1.1.0 (service:8): watching it to its end."));
    assert.equal(fake.sent("UpdateService").length, 2);
    // After the rollback has ended, the same command is a new attempt.
    assert.equal((await roll()).attached, false);
  }
});

test("a deploy is refused while another deployment over its rollback is in flight", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  const cut = new AbortController();
  const progress = (line: string) =>
    world.service.taskDefinition === revisionArn(9) && line.includes("IN_PROGRESS") && cut.abort(new Error("cut off"));
  await assert.rejects(roll({ signal: cut.signal, progress }), /cut off/);
  update(world, revisionArn(7));
  // ECS rolls back to the automatic rollback's revision.
  Object.assign(world.service, { taskDefinition: revisionArn(9) });
  world.service.deployments.splice(0, 1);
  Object.assign(world.service.deployments[0] ?? {}, { status: "PRIMARY" });
  await assert.rejects(roll(), { code: "deployment-in-flight" });
  assert.equal(fake.sent("UpdateService").length, 2);
});

test("the history shows the deploy as rolled back, and a rollback skips it", async (t) => {
  const { fake, clock, roll } = await wrongVersionScene(t);
  await roll();
  const session = { aws: fake.aws, target, clock, progress: () => {} };
  const past = await readHistory(session, 10);
  assert.deepEqual(
    past.map(({ version, ending }) => `${version} ${ending}`),
    ["v1.0.0 deployed", "v1.1.0 rolled-back", "v1.0.0 deployed"],
  );
  await assert.rejects(runRollback(session), { code: "nothing-proven" });
});
