import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import type { Target } from "../../lib/config/target.js";
import { checkBeforeBuild } from "../../lib/rollout/check-before-build.js";
import { type DeploySettings, defaultSettings } from "../../lib/rollout/plan/deploy-settings.js";
import { directAws } from "../support/direct-aws.js";
import { Fault, type Script } from "../support/fake-aws.js";
import { repository, revisionArn, scriptedEcs, target, update } from "../support/scripted-ecs.js";
import { set } from "../support/stories.js";
import { virtualClock } from "../support/virtual-clock.js";

const unpublished = { version: "v1.1.0", repository, platform: "linux/amd64" };

async function scene(_: TestContext, script: Script = {}) {
  const clock = virtualClock();
  const { world, script: ecs } = scriptedEcs(clock);
  const fake = directAws({ ...ecs, ...script });
  const lines: string[] = [];
  const session = { aws: fake.aws, target, clock, progress: (line: string) => void lines.push(line) };
  const current = world.taskDefinitions.get(revisionArn(7)) as { taskDefinition: JsonObject; tags: JsonObject[] };
  const check = (
    more: { changes?: Partial<DeploySettings>; target?: Partial<Target> } & Partial<typeof unpublished> = {},
  ) => {
    const { changes, target: changed, ...wanted } = more;
    const of = { ...session, target: { ...target, ...changed } };
    return checkBeforeBuild(of, { ...unpublished, ...wanted }, { ...defaultSettings, ...changes });
  };
  return { fake, world, current, lines, check };
}

const onArm = { runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" } };

test("a version for another platform than the task's is refused, and the fix does not use the version up", async (t) => {
  const { current, check } = await scene(t);
  set(current.taskDefinition, onArm);
  await assert.rejects(check(), {
    code: "pre-flight",
    exitCode: 2,
    message:
      /wrong-platform: The image is for linux\/amd64, and the task runs on linux\/arm64\.\n.*Fix: Build v1\.1\.0 for linux\/arm64/,
  });
  await check({ platform: "linux/arm64" });
  await check({ platform: "linux/arm64/v8" });
});

test("another deployment that is in flight is refused before the build", async (t) => {
  const { world, check } = await scene(t);
  update(world, revisionArn(7));
  await assert.rejects(check(), { code: "deployment-in-flight", exitCode: 2 });
});

test("draining old tasks do not refuse it; the deploy waits for them after the build", async (t) => {
  const { world, check } = await scene(t);
  set(world.service.deployments[0], { rolloutState: "IN_PROGRESS" });
  await check();
});

type Scene = Awaited<ReturnType<typeof scene>>;
const refused: [string, (it: Scene) => void, object, RegExp][] = [
  ["more tags than ECS accepts", ({ current }) => current.tags.push(...tags(43)), {}, /too-many-tags/],
  [
    "a task definition that is too large with the overridden variables",
    () => {},
    { changes: { overrides: { environment: { BIG: "x".repeat(65_536) }, secrets: {} } } },
    /definition-too-large/,
  ],
  [
    "limits that leave no room to replace a task",
    ({ world }) => set(world.service, { deploymentConfiguration: { maximumPercent: 100 } }),
    {},
    /no-room-to-replace/,
  ],
  [
    "a command of a one-off task that ECS does not take",
    () => {},
    { target: { before: { command: ["x".repeat(9000)], timeoutSeconds: 60 } } },
    /command-too-long/,
  ],
];
for (const [what, plant, more, message] of refused) {
  test(`${what} is refused before the build`, async (t) => {
    const it = await scene(t);
    plant(it);
    await assert.rejects(it.check(more), { code: "pre-flight", exitCode: 2, message });
  });
}
const tags = (count: number) => Array.from({ length: count }, (_, n) => ({ key: `cost-${n}`, value: "x" }));

test("a size that Fargate does not have, and a VERSION that is a secret, are refused before the build", async (t) => {
  const { current, check } = await scene(t);
  set(current.taskDefinition, { cpu: "256", memory: "512", requiresCompatibilities: ["FARGATE"] });
  const overrides = { environment: {}, secrets: {}, cpu: 300 };
  await assert.rejects(check({ changes: { overrides } }), { code: "bad-size" });
  const [app] = current.taskDefinition.containerDefinitions as JsonObject[];
  set(app, { secrets: [{ name: "VERSION", valueFrom: "/version" }] });
  await assert.rejects(check(), { code: "version-is-a-secret" });
});

test("an ignored finding does not refuse it and is shown with the warnings; unread facts are not shown", async (t) => {
  const { current, lines, check } = await scene(t);
  set(current.taskDefinition, onArm);
  const [app] = current.taskDefinition.containerDefinitions as { environment: JsonObject[] }[];
  set(app?.environment[1], { value: "v1.2.0" });
  await check({ changes: { ignore: ["wrong-platform"] } });
  const shown = lines.filter((line) => line.startsWith("Preflight: "));
  assert.deepEqual(
    shown.map((line) => line.split(":").slice(0, 2).join(":")),
    ["Preflight: ignored wrong-platform", "Preflight: warning no-circuit-breaker", "Preflight: warning older-version"],
  );
});

test("no image is read, and nothing is changed", async (t) => {
  const { fake, check } = await scene(t);
  await check();
  const operations = new Set(fake.calls.map(({ operation }) => operation));
  assert.deepEqual(
    [...operations].filter((one) => !/^(Describe|List|Get|BatchGet)/.test(one)),
    [],
  );
  for (const one of ["BatchGetImage", "DescribeImageScanFindings", "GetDownloadUrlForLayer"]) {
    assert.ok(!operations.has(one), one);
  }
});

test("a plan is refused before the build, because no plan exists for an unpublished version", async (t) => {
  const { fake, check } = await scene(t);
  await assert.rejects(check({ changes: { plan: "0123456789abcdef" } }), {
    code: "plan-moved",
    exitCode: 2,
    message: /v1\.1\.0 is not published.*Nothing was built/,
  });
  assert.equal(fake.calls.length, 0);
});

test("an AWS that never answers is refused with exit code 2", async (t) => {
  const { check } = await scene(t, { DescribeServices: () => new Fault("ServerException", "try later", 500) });
  await assert.rejects(check(), { exitCode: 2, code: "unavailable" });
});
