import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Target } from "../../../lib/config/target.js";
import { readService } from "../../../lib/ecs/service.js";
import { type DeploySettings, defaultSettings } from "../../../lib/rollout/plan/deploy-settings.js";
import { propose, refuseProposal } from "../../../lib/rollout/plan/proposal.js";
import { directAws } from "../../support/direct-aws.js";
import { Fault } from "../../support/fake-aws.js";
import {
  newDigest,
  oldDigest,
  release,
  repository,
  revisionArn,
  scriptedEcs,
  target,
} from "../../support/scripted-ecs.js";
import { virtualClock } from "../../support/virtual-clock.js";

const running = { version: "v1.0.0", image: `${repository}@${oldDigest}`, digest: oldDigest };

async function scene(_: TestContext) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock);
  const fake = directAws(script);
  const session = { aws: fake.aws, target: target as Target, clock, progress: () => undefined };
  const run = async (changed: Partial<DeploySettings> = {}, wanted = release) => {
    const now = await readService(fake.aws, target);
    return await propose(session, now, { listed: [] }, wanted, { ...defaultSettings, ...changed });
  };
  return { fake, world, run, session };
}

test("a plan has the changes, the base and the place, and sends only reads", async (t) => {
  const { fake, run } = await scene(t);
  const plan = await run();
  assert.deepEqual(plan.patch, [
    { op: "replace", path: "/containerDefinitions/0/image", value: release.image },
    { op: "replace", path: "/containerDefinitions/0/environment/1/value", value: "v1.1.0" },
  ]);
  assert.equal(plan.from.taskDefinition, revisionArn(7));
  assert.equal(plan.where.service, target.service);
  assert.match(plan.hash, /^[0-9a-f]{16}$/);
  assert.deepEqual([plan.isNothing, plan.isRefused, plan.forced], [false, false, false]);
  const reading = /^(Describe|List|Get|BatchGet)/;
  assert.deepEqual(
    fake.calls.filter(({ operation }) => !reading.test(operation)),
    [],
  );
});

test("a plan includes the pre-deploy and post-deploy tasks, and the hash covers them", async (t) => {
  const { run, session } = await scene(t);
  const without = await run();
  assert.equal(without.oneOffs, undefined);
  session.target = { ...target, before: { command: ["migrate"], timeoutSeconds: 60 } };
  const plan = await run();
  assert.deepEqual(plan.oneOffs, [{ when: "before", command: ["migrate"], timeoutSeconds: 60 }]);
  assert.notEqual(plan.hash, without.hash);
  assert.equal(
    (await run({ skipBefore: true })).hash,
    plan.hash,
    "what is left out at the deploy was known to the plan",
  );
});

test("the same plan has the same hash, regardless of the findings", async (t) => {
  const { fake, run } = await scene(t);
  const { hash } = await run();
  fake.script.DescribeImages = () => new Fault("ImageNotFoundException", "not there");
  const again = await run();
  assert.equal(again.hash, hash);
  assert.equal(again.isRefused, true);
});

test("the hash changes with the base, the release, the options and the count", async (t) => {
  const { world, run } = await scene(t);
  const hashes = [
    (await run()).hash,
    (await run({}, { ...release, version: "v1.1.1" })).hash,
    (await run({}, { ...release, digest: oldDigest })).hash,
    (await run({ overrides: { environment: { A: "1" }, secrets: {} } })).hash,
    (await run({ overrides: { environment: { A: "2" }, secrets: {} } })).hash,
    (await run({ overrides: { environment: {}, secrets: {}, desiredCount: 3 } })).hash,
  ];
  world.taskDefinitions.set(revisionArn(6), {
    tags: [],
    taskDefinition: { ...world.taskDefinitions.get(revisionArn(7))?.taskDefinition, taskDefinitionArn: revisionArn(6) },
  });
  world.service.taskDefinition = revisionArn(6);
  hashes.push((await run()).hash);
  assert.equal(new Set(hashes).size, hashes.length);
});

test("a desired count is in the plan only when the option is set and differs", async (t) => {
  const { run } = await scene(t);
  const count = async (desiredCount: number) =>
    (await run({ overrides: { environment: {}, secrets: {}, desiredCount } })).service;
  assert.deepEqual((await run()).service, {});
  assert.deepEqual(await count(1), {});
  assert.deepEqual(await count(3), { desiredCount: { from: 1, to: 3 } });
});

test("the limits are checked at the desired count of the options", async (t) => {
  const { world, run } = await scene(t);
  world.service.deploymentConfiguration = { minimumHealthyPercent: 50, maximumPercent: 100 };
  const ids = async (desiredCount: number) =>
    (await run({ overrides: { environment: {}, secrets: {}, desiredCount } })).findings.map(({ id }) => id);
  assert.ok((await ids(1)).includes("no-room-to-replace"));
  assert.ok(!(await ids(2)).includes("no-room-to-replace"));
});

test("the overridden secrets are among those that are not checked", async (t) => {
  const { run } = await scene(t);
  const { findings } = await run({ overrides: { environment: {}, secrets: { DB: "arn:db" } } });
  assert.match(String(findings.find(({ id }) => id === "secrets")?.what), /DB of app \(arn:db\)/);
});

test("a release that runs already is nothing to do, unless it is forced", async (t) => {
  const { run } = await scene(t);
  const plan = await run({}, running);
  assert.deepEqual([plan.isNothing, plan.patch], [true, []]);
  const forced = await run({ force: true }, running);
  assert.deepEqual([forced.isNothing, forced.forced], [false, true]);
  assert.notEqual(forced.hash, plan.hash);
});

test("an outdated plan is refused, and so is a plan with an error finding", async (t) => {
  const { fake, run } = await scene(t);
  const plan = await run();
  refuseProposal(plan, { ...defaultSettings, plan: plan.hash });
  const other = "0123456789abcdef";
  assert.throws(() => refuseProposal(plan, { ...defaultSettings, plan: other }), {
    code: "plan-moved",
    exitCode: 2,
    message: new RegExp(`${other}.*${plan.hash}`),
  });
  fake.script.DescribeImages = () => ({ imageDetails: [{ imageDigest: newDigest, imageStatus: "ARCHIVED" }] });
  const refused = await run();
  assert.throws(() => refuseProposal(refused, defaultSettings), { code: "pre-flight", message: /image-inactive/ });
  refuseProposal(await run({ ignore: ["image-inactive"] }), defaultSettings);
});

test("a strategy is part of the plan and of its hash, and for one deploy alone it is no reason to deploy", async (t) => {
  const { run, world } = await scene(t);
  const strategy = { name: "CANARY", percent: 10 } as const;
  const overrides = { ...defaultSettings.overrides, strategy };
  const [without, plan, once] = [await run(), await run({ overrides }), await run({ overrides, strategyOnce: true })];
  assert.equal(plan.service.strategy?.from.name, "ROLLING");
  assert.deepEqual(plan.service.strategy?.to, { name: "CANARY", percent: 10, stepBake: 10 });
  assert.ok(plan.isRefused && plan.findings.some(({ id }) => id === "strategy"));
  assert.equal(new Set([without.hash, plan.hash, once.hash]).size, 3);
  const same = { version: "v1.0.0", image: `${repository}@${oldDigest}`, digest: oldDigest };
  assert.deepEqual([(await run({ overrides }, same)).isNothing, (await run({ overrides }, same)).patch], [false, []]);
  const nothing = await run({ overrides, strategyOnce: true }, same);
  assert.deepEqual([nothing.isNothing, nothing.service], [true, {}]);
  assert.equal(world.service.taskDefinition, revisionArn(7));
});
