/** Wrong requests that other deploy tools send. The comment of each test names the source. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { lostResponse, overHttp } from "../support/fake-aws.js";
import { rollbackScene } from "../support/rollback-scene.js";
import { scene } from "../support/rollout-scene.js";
import { revisionArn } from "../support/scripted-ecs.js";
import { set, success } from "../support/stories.js";

// Sent twice, so that two deployments ran at once: kayac/ecspresso #929.
test("an UpdateService whose response is lost is searched for, not sent again", async (t) => {
  const { fake, roll } = await scene(t, success, overHttp(t, 3));
  const update = fake.script.UpdateService;
  fake.script.UpdateService = (input) => {
    update?.(input);
    return lostResponse;
  };
  assert.equal((await roll()).verdict, "deployed");
  assert.equal(fake.sent("UpdateService").length, 1);
});

// Fields dropped: aws-actions/amazon-ecs-deploy-task-definition #64, #464, #701, #704; sil-org/ecs-deploy lists known ones.
test("task definition fields that the SDK does not know are kept in the new revision", async (t) => {
  const { world, fake, roll } = await scene(t, success);
  const current = world.taskDefinitions.get(revisionArn(7))?.taskDefinition ?? {};
  const [app] = current.containerDefinitions as [JsonObject];
  set(current, { futureField: { nested: [1, null, "two"] } });
  set(app, { futureContainerField: { on: true } });
  assert.equal((await roll()).verdict, "deployed");
  const [sent = {}] = fake.sent("RegisterTaskDefinition");
  assert.deepEqual(sent.futureField, { nested: [1, null, "two"] });
  assert.deepEqual((sent.containerDefinitions as [JsonObject])[0].futureContainerField, { on: true });
});

// kayac/ecspresso.
test("a rollback does not go to revision minus one: a revision that ECS rolled back is skipped", async (t) => {
  const { deploy, back, fake, world } = await rollbackScene(t);
  await deploy("v1.1.0", "1");
  const update = fake.script.UpdateService;
  fake.script.UpdateService = (input) => {
    const answer = update?.(input) ?? {};
    set(world.serviceDeployments[0], { status: "ROLLBACK_SUCCESSFUL" });
    return answer;
  };
  assert.equal((await deploy("v1.2.0", "2")).verdict, "rolled-back");
  set(world.serviceDeployments[0], { status: "ROLLBACK_SUCCESSFUL" });
  set(world.service, { taskDefinition: revisionArn(8) });
  set(world.service.deployments[0], { taskDefinition: revisionArn(8), rolloutState: "COMPLETED" });
  world.service.deployments.splice(1);
  if (update) fake.script.UpdateService = update;
  const { verdict, taskDefinition } = await deploy("v1.3.0", "3");
  assert.deepEqual([verdict, taskDefinition], ["deployed", revisionArn(10)]);
  assert.equal((await back()).release.version, "v1.1.0");
});

// hashicorp/terraform-provider-aws #49077.
test("a deploy that is interrupted rolls nothing back, and the next call finds the rollout deployed", async (t) => {
  const { fake, roll } = await scene(t, success);
  const cut = new AbortController();
  const progress = (line: string) => line.includes("RUNNING") && cut.abort(new Error("interrupted"));
  await assert.rejects(roll({ signal: cut.signal, progress }), /interrupted/);
  const changes = fake.calls
    .map(({ operation }) => operation)
    .filter((name) => /^(Update|Stop|Register|Dereg)/.test(name));
  assert.deepEqual(changes, ["RegisterTaskDefinition", "UpdateService"]);
  const report = await roll();
  assert.equal(report.verdict, "deployed");
  assert.equal(report.attached, true);
  assert.equal(fake.sent("UpdateService").length, 1);
});
