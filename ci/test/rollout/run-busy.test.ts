import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultSettings } from "../../lib/rollout/plan/deploy-settings.js";
import { scene } from "../support/rollout-scene.js";
import { revisionArn, update } from "../support/scripted-ecs.js";
import { set, success } from "../support/stories.js";
import { targetGroupArn, targetGroupScript } from "../support/target-groups.js";

test("nothing is sent while another rollout is in flight", async (t) => {
  const { fake, world, roll } = await scene(t, []);
  update(world, revisionArn(7));
  await assert.rejects(roll(), { code: "deployment-in-flight", exitCode: 2 });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});

test("a rollout begins only when the one before has settled, so that it has a rollback target", async (t) => {
  const { fake, world, roll, clock } = await scene(t, []);
  set(world.service.deployments[0], { rolloutState: "IN_PROGRESS" });
  const settled = clock.now() + 30_000;
  const describe = fake.script.DescribeServices;
  fake.script.DescribeServices = (input) => {
    if (clock.now() >= settled) set(world.service.deployments.at(-1), { rolloutState: "COMPLETED" });
    return describe?.(input) ?? {};
  };
  const register = fake.script.RegisterTaskDefinition;
  let begun = 0;
  fake.script.RegisterTaskDefinition = (input) => {
    begun = clock.now();
    return register?.(input) ?? {};
  };
  await roll({ timeoutMs: 100_000 });
  assert.equal(begun, settled);
});

test("a service that never settles is not changed", async (t) => {
  const { fake, world, roll } = await scene(t, []);
  set(world.service.deployments[0], { rolloutState: "IN_PROGRESS" });
  await assert.rejects(roll(), { code: "unsettled", exitCode: 2 });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});

test("a service that never settles is deployed over when the option is set", async (t) => {
  const { fake, world, roll, clock } = await scene(t, success);
  set(world.service.deployments[0], { rolloutState: "IN_PROGRESS" });
  const startedAt = clock.now();
  const report = await roll({ settings: { ...defaultSettings, ignore: ["deployment-in-flight"] } });
  assert.equal(report.verdict, "deployed");
  assert.ok(clock.now() - startedAt < 300_000);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("another deployment's rollout that is not listed yet is in flight", async (t) => {
  const { fake, world, roll } = await scene(t, []);
  world.listLag = 5;
  update(world, revisionArn(7));
  await assert.rejects(roll(), { code: "deployment-in-flight", message: /ecs-svc\/\d+2 to .* is IN_PROGRESS/ });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});

test("a redeploy of what runs, which ECS lists late, is in flight, and the deploy does not wait for it", async (t) => {
  const { fake, world, roll, clock } = await scene(t, []);
  await clock.sleep(3_600_000);
  world.listLag = 6;
  update(world, revisionArn(7));
  const startedAt = clock.now();
  await assert.rejects(roll(), {
    code: "deployment-in-flight",
    exitCode: 2,
    message: /sd2 to .*service:7 is IN_PROGRESS/,
  });
  assert.ok(clock.now() - startedAt <= 8000, `took ${clock.now() - startedAt} ms`);
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});

test("the deploy waits for old tasks that drain for longer than five minutes", async (t) => {
  const { fake, world, roll, clock } = await scene(t, []);
  const Attributes = [{ Key: "deregistration_delay.timeout_seconds", Value: "900" }];
  Object.assign(fake.script, targetGroupScript, { DescribeTargetGroupAttributes: () => ({ Attributes }) });
  set(world.service, { loadBalancers: [{ targetGroupArn: targetGroupArn("blue") }] });
  set(world.service.deployments[0], { rolloutState: "IN_PROGRESS" });
  const settled = clock.now() + 940_000;
  const describe = fake.script.DescribeServices;
  fake.script.DescribeServices = (input) => {
    if (clock.now() >= settled) set(world.service.deployments.at(-1), { rolloutState: "COMPLETED" });
    return describe?.(input) ?? {};
  };
  await roll({ timeoutMs: 100_000 });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 1);
});

test("a service that is set to another revision while ours waits is not changed", async (t) => {
  const { fake, world, roll } = await scene(t, []);
  set(world.service.deployments[0], { rolloutState: "IN_PROGRESS" });
  const describe = fake.script.DescribeServices;
  fake.script.DescribeServices = (input) => {
    if (fake.sent("DescribeServices").length > 2) world.service.taskDefinition = revisionArn(6);
    return describe?.(input) ?? {};
  };
  await assert.rejects(roll(), { code: "service-moved", message: /service:6/ });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});
