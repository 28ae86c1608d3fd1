import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Target } from "../../lib/config/target.js";
import { readService } from "../../lib/ecs/service.js";
import { Fault, fakeAws } from "../support/fake-aws.js";
import { oldDigest, revisionArn, scriptedEcs, target } from "../support/scripted-ecs.js";
import { virtualClock } from "../support/virtual-clock.js";

async function scene(t: TestContext) {
  const { world, script } = scriptedEcs(virtualClock());
  const fake = await fakeAws(script);
  t.after(() => fake.close());
  return { world, fake, read: (more: Partial<Target> = {}) => readService(fake.aws, { ...target, ...more }) };
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

test("a missing service is refused, naming the existing ones", async (t) => {
  const { fake, read } = await scene(t);
  fake.script.DescribeServices = () => ({ services: [], failures: [{ arn: "x", reason: "MISSING" }] });
  fake.script.ListServices = () => ({ serviceArns: ["arn:aws:ecs:us-west-2:123456789012:service/c/web"] });
  await assert.rejects(read(), { code: "no-service", exitCode: 2, message: /Its services: web/ });
});

const serviceArn = (name: string) => `arn:aws:ecs:us-west-2:123456789012:service/c/${name}`;
/** Answers a list in pages, as ECS does: 10 items, or `maxResults` of at most 100. */
const paged = (key: string, arns: string[]) => (input: Record<string, unknown>) => {
  const [from, count] = [Number(input.nextToken ?? 0), Number(input.maxResults ?? 10)];
  const more = from + count < arns.length && { nextToken: String(from + count) };
  return { [key]: arns.slice(from, from + count), ...more };
};
const numbered = (count: number) => Array.from({ length: count }, (_, n) => serviceArn(`web-${1000 + n}`));

test("a misspelt service beyond the first page is suggested, and omitted names are counted", async (t) => {
  const { fake, read } = await scene(t);
  fake.script.DescribeServices = () => ({ services: [], failures: [{ arn: "x", reason: "MISSING" }] });
  fake.script.ListServices = paged("serviceArns", [...numbered(250), serviceArn("payments-api")]);
  await assert.rejects(read({ service: "payment-api" }), {
    code: "no-service",
    message: /Did you mean "payments-api"\? Its services: .*payments-api, .*, and 241 more\. Correct/,
  });
});

test("at most 1,000 services are read for the hint, and the hint states that there are more", async (t) => {
  const { fake, read } = await scene(t);
  fake.script.DescribeServices = () => ({ services: [] });
  fake.script.ListServices = paged("serviceArns", numbered(5000));
  await assert.rejects(read(), { code: "no-service", message: /Its services: web-\d+, .*, and more\. Correct/ });
  assert.equal(fake.sent("ListServices").length, 10);
});

test("a misspelt cluster beyond the first page is suggested", async (t) => {
  const { fake, read } = await scene(t);
  fake.script.DescribeServices = () => new Fault("ClusterNotFoundException", "Cluster not found.");
  const clusters = [...Array(150).keys()].map((n) => `arn:aws:ecs:us-west-2:123456789012:cluster/c${n}`);
  fake.script.ListClusters = paged("clusterArns", [
    ...clusters,
    "arn:aws:ecs:us-west-2:123456789012:cluster/production",
  ]);
  await assert.rejects(read({ cluster: "Prodution" }), { message: /Did you mean "production"\?/ });
});

for (const [what, operation, code] of [
  ["cluster", "ListClusters", "no-cluster"],
  ["service", "ListServices", "no-service"],
] as const) {
  test(`a missing ${what} is refused, also when the others may not be listed`, async (t) => {
    const { fake, read } = await scene(t);
    fake.script.DescribeServices = () =>
      what === "cluster" ? new Fault("ClusterNotFoundException", "Cluster not found.") : { services: [] };
    for (const fault of [new Fault("AccessDeniedException", "no"), new Fault("ServerException", "no", 500)]) {
      fake.script[operation] = () => fault;
      await assert.rejects(read(), {
        code,
        exitCode: 2,
        message: new RegExp(`no ${what} .* could not be listed: (ecs:${operation} is not permitted|ServerException)`),
      });
    }
  });
}

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
