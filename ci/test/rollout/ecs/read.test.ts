import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { readService } from "../../../src/rollout/ecs/read.js";
import { Fault, fakeAws } from "../../support/fake-aws.js";
import { oldDigest, revisionArn, scriptedEcs, target } from "../../support/scripted-ecs.js";
import { virtualClock } from "../../support/virtual-clock.js";

async function scene(t: TestContext) {
  const { world, script } = scriptedEcs(virtualClock());
  const fake = await fakeAws(script);
  t.after(() => fake.close());
  return { world, fake, read: (more = {}) => readService(fake.aws, { ...target, ...more }) };
}

test("the service's own current revision is read, with what it runs", async (t) => {
  const { fake, read } = await scene(t);
  const { running } = await read();
  assert.equal(running.taskDefinition, revisionArn(7));
  assert.equal(running.digest, oldDigest);
  assert.equal(running.version, "v1.0.0");
  assert.deepEqual(fake.sent("DescribeTaskDefinition"), [{ taskDefinition: revisionArn(7), include: ["TAGS"] }]);
});

const unsupported = [
  ["other-controller", /CODE_DEPLOY/, { deploymentController: { type: "CODE_DEPLOY" } }],
  ["other-controller", /EXTERNAL/, { deploymentController: { type: "EXTERNAL" } }],
  ["daemon-service", /DAEMON/, { schedulingStrategy: "DAEMON" }],
  ["express-service", /Express Mode/, { resourceManagementType: "ECS" }],
  ["classic-load-balancer", /Classic Load Balancer/, { loadBalancers: [{ loadBalancerName: "old" }] }],
  ["inactive-service", /is INACTIVE/, { status: "INACTIVE" }],
  ["inactive-service", /is DRAINING/, { status: "DRAINING" }],
] as const;
for (const [code, message, members] of unsupported) {
  test(`a service with ${JSON.stringify(members)} is refused by name`, async (t) => {
    const { world, read } = await scene(t);
    Object.assign(world.service, members);
    await assert.rejects(read(), { name: "InputError", exitCode: 2, code, message });
  });
}

test("a missing service is refused with those there are", async (t) => {
  const { fake, read } = await scene(t);
  fake.script.DescribeServices = () => ({ services: [], failures: [{ arn: "x", reason: "MISSING" }] });
  fake.script.ListServices = () => ({ serviceArns: ["arn:aws:ecs:us-west-2:123456789012:service/c/web"] });
  await assert.rejects(read(), { code: "no-service", exitCode: 2, message: /Its services: web/ });
});

test("a missing cluster is refused, and that the others can't be listed is said", async (t) => {
  const { fake, read } = await scene(t);
  fake.script.DescribeServices = () => new Fault("ClusterNotFoundException", "Cluster not found.");
  fake.script.ListClusters = () => new Fault("AccessDeniedException", "no");
  await assert.rejects(read(), { code: "no-cluster", message: /could not be listed: AccessDeniedException/ });
});

test("a container that is not in the task definition is refused with those that are", async (t) => {
  const { read } = await scene(t);
  await assert.rejects(read({ container: "web" }), { code: "no-container", message: /no container "web".*: app\./ });
});

test("a service of another task family is refused", async (t) => {
  const { read } = await scene(t);
  await assert.rejects(read({ family: "other" }), { code: "other-family", message: /"service".*"other"/ });
});

test("a permission that is missing is named", async (t) => {
  const { fake, read } = await scene(t);
  fake.script.DescribeServices = () => new Fault("AccessDeniedException", "no");
  await assert.rejects(read(), { code: "access-denied", exitCode: 2, message: /ecs:DescribeServices/ });
});
