import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { eachFindingOnce } from "../../lib/rollout/gate.js";
import { type DeploySettings, defaultSettings } from "../../lib/rollout/plan/deploy-settings.js";
import { run } from "../../lib/rollout/run.js";
import { directAws } from "../support/direct-aws.js";
import { Fault } from "../support/fake-aws.js";
import { oldDigest, release, repository, revisionArn, scriptedEcs, target, update } from "../support/scripted-ecs.js";
import { success } from "../support/stories.js";
import { virtualClock } from "../support/virtual-clock.js";

async function scene(_: TestContext) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock, success);
  const fake = directAws(script);
  const lines: string[] = [];
  const options = { aws: fake.aws, target, clock, release, progress: (line: string) => void lines.push(line) };
  const roll = (changed: Partial<DeploySettings> = {}, wanted = release) =>
    run({ ...options, release: wanted, settings: { ...defaultSettings, ...changed } });
  const registered = () => fake.sent("RegisterTaskDefinition").at(-1) as JsonObject;
  return { fake, world, lines, roll, registered };
}
const missing = () => new Fault("ImageNotFoundException", "not there");

test("a preflight error stops a deploy before a revision is registered", async (t) => {
  const { fake, roll } = await scene(t);
  fake.script.DescribeImages = missing;
  await assert.rejects(roll(), { code: "pre-flight", exitCode: 2, message: /image-missing.*Fix:.*--ignore/s });
  assert.deepEqual([fake.sent("RegisterTaskDefinition"), fake.sent("UpdateService")], [[], []]);
});

test("an ignored error is shown and does not stop the deploy", async (t) => {
  const { fake, roll, lines } = await scene(t);
  fake.script.DescribeImages = missing;
  assert.equal((await roll({ ignore: ["image-missing"] })).verdict, "deployed");
  assert.ok(lines.some((line) => line.startsWith("Preflight: ignored image-missing: ")));
});

test("warnings and unchecked facts are shown and do not stop the deploy", async (t) => {
  const { lines, roll } = await scene(t);
  assert.equal((await roll()).verdict, "deployed");
  const shown = lines.filter((line) => line.startsWith("Preflight:")).join("\n");
  assert.match(shown, /warning no-circuit-breaker: .* Fix: /);
  assert.match(
    shown,
    /not checked: return-image-missing, image-missing, wrong-platform, scan-findings, mutable-tags, log-group-missing \(plan shows why\)/,
  );
});

test("a deploy with another plan's hash changes nothing", async (t) => {
  const { fake, roll } = await scene(t);
  await assert.rejects(roll({ plan: "0123456789abcdef" }), { code: "plan-moved", exitCode: 2 });
  assert.deepEqual(fake.sent("RegisterTaskDefinition"), []);
});

test("a deploy of the shown plan proceeds, and the revision is tagged with its hash", async (t) => {
  const { roll, registered } = await scene(t);
  const hash = await roll({ plan: "0123456789abcdef" }).catch(
    ({ message }: Error) => /that is (\w+)\./.exec(message)?.[1],
  );
  assert.equal((await roll({ plan: String(hash) })).verdict, "deployed");
  const tags = registered().tags as JsonObject[];
  assert.equal(tags.find(({ key }) => key === "slipway:plan")?.value, hash);
});

test("variables and the count from the options are sent, the count only with its option", async (t) => {
  const { fake, roll, registered } = await scene(t);
  await roll({ overrides: { environment: { LEVEL: "debug" }, secrets: {}, desiredCount: 3 } });
  const [container = {}] = registered().containerDefinitions as JsonObject[];
  assert.ok((container.environment as JsonObject[]).some(({ name, value }) => name === "LEVEL" && value === "debug"));
  const sent = { cluster: target.cluster, service: target.service, taskDefinition: revisionArn(8) };
  assert.deepEqual(fake.sent("UpdateService"), [{ ...sent, desiredCount: 3 }]);
});

test("the same deploy again does nothing, and with another variable it deploys", async (t) => {
  const { fake, world, roll } = await scene(t);
  const overrides = { environment: { LEVEL: "debug" }, secrets: {} };
  await roll({ overrides });
  assert.equal((await roll({ overrides })).changed, false);
  assert.equal((await roll()).changed, false);
  assert.equal(fake.sent("UpdateService").length, 1);
  world.tasks = [];
  await roll({ overrides: { environment: { LEVEL: "info" }, secrets: {} } });
  assert.equal(fake.sent("UpdateService").length, 2);
});

test("a forced deploy registers and deploys a copy of what runs", async (t) => {
  const { fake, world, roll, registered } = await scene(t);
  await roll();
  const first = registered();
  world.tasks = [];
  const report = await roll({ force: true });
  assert.equal(report.changed, true);
  assert.equal(fake.sent("UpdateService").length, 2);
  assert.deepEqual(registered().containerDefinitions, first.containerDefinitions);
});

test("a deploy that attaches to its own rollout is not stopped by the preflight or by its plan", async (t) => {
  const { fake, world, roll } = await scene(t);
  await roll();
  fake.script.DescribeImages = missing;
  world.service.deploymentConfiguration = { maximumPercent: 100 };
  assert.equal((await roll({ plan: "0123456789abcdef" })).verdict, "deployed");
});

test("a deploy of other variables while the same version is in flight is refused", async (t) => {
  const { world, roll } = await scene(t);
  update(world, revisionArn(7));
  const running = { version: "v1.0.0", image: `${repository}@${oldDigest}`, digest: oldDigest };
  const overrides = { environment: { LEVEL: "debug" }, secrets: {} };
  await assert.rejects(roll({ overrides }, running), { code: "deployment-in-flight" });
});

test("a finding that was shown before the build is not repeated after it; other lines are", () => {
  const lines: string[] = [];
  const progress = eachFindingOnce((line) => lines.push(line));
  const warning = { level: "warning", what: "W.", fix: "F.", ignored: false } as const;
  const report = (id: string) => progress(id, { type: "finding", id, ...warning });
  report("a");
  progress("Building");
  report("a");
  progress("Building");
  report("b");
  progress("c", { type: "not-checked", ids: ["c"] });
  progress("c", { type: "not-checked", ids: ["c"] });
  assert.deepEqual(lines, ["a", "Building", "Building", "b", "c"]);
});
