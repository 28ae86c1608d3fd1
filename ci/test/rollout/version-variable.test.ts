import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { formatHistory } from "../../lib/report/history-text.js";
import { formatStatus } from "../../lib/report/status-text.js";
import { readHistory } from "../../lib/rollout/history/read-history.js";
import { readStatus } from "../../lib/rollout/status.js";
import type { SendRequest } from "../../lib/rollout/verify/http-request.js";
import { rollbackScene } from "../support/rollback-scene.js";
import { repository, revisionArn, target, type World } from "../support/scripted-ecs.js";
import { http } from "../support/serving-app.js";
import { virtualClock } from "../support/virtual-clock.js";

const withTarget = (versionVariable: string | false) => ({ target: { ...target, versionVariable } });
const containerOf = ({ taskDefinitions }: World, revision: number): JsonObject => {
  const found = taskDefinitions.get(revisionArn(revision));
  assert.ok(found);
  return (found.taskDefinition.containerDefinitions as [JsonObject])[0];
};
const namesIn = (container: JsonObject) => (container.environment as JsonObject[]).map(({ name }) => name);

/** The service's first revision has no VERSION, and its image a tag. */
function withoutVariable(world: World): void {
  const container = containerOf(world, 7);
  container.environment = [{ name: "PASSWORD", value: "not-for-print" }];
  container.image = `${repository}:2026-11-01`;
}

test("status, history and rollback --to find the versions without a variable", async (t) => {
  const { world, fake, deploy, back } = await rollbackScene(t);
  withoutVariable(world);
  const none = withTarget(false);
  const first = await deploy("v1.1.0", "1", none);
  assert.deepEqual([first.from.version, first.from.versionFrom], ["2026-11-01", "image-tag"]);
  await deploy("v1.2.0", "2", none);
  assert.deepEqual(namesIn(containerOf(world, 9)), ["PASSWORD"]);
  const now = await readStatus(fake.aws, none.target);
  assert.match(formatStatus(now), /^version {5}v1\.2\.0$/m);
  const past = await readHistory({ aws: fake.aws, ...none, clock: virtualClock(), progress() {} }, 10);
  assert.deepEqual(
    past.map(({ version }) => version),
    ["v1.2.0", "v1.1.0", "2026-11-01"],
  );
  assert.match(formatHistory(past), /v1\.1\.0 +service:8/);
  const report = await back({ to: "v1.1.0", ...none });
  assert.deepEqual([report.verdict, report.release.version, report.from.version], ["deployed", "v1.1.0", "v1.2.0"]);
  assert.equal((await readStatus(fake.aws, none.target)).version, "v1.1.0");
});

test("a variable of another name carries the version through a deploy and a rollback", async (t) => {
  const { world, fake, deploy, back } = await rollbackScene(t);
  withoutVariable(world);
  const named = withTarget("APP_VERSION");
  await deploy("v1.1.0", "1", named);
  await deploy("v1.2.0", "2", named);
  assert.deepEqual(namesIn(containerOf(world, 9)), ["PASSWORD", "APP_VERSION"]);
  await back(named);
  const { environment } = containerOf(world, 10);
  assert.deepEqual((environment as JsonObject[]).at(-1), { name: "APP_VERSION", value: "v1.1.0" });
  assert.equal((await readStatus(fake.aws, named.target)).version, "v1.1.0");
});

test("status shows that a version comes from the image's tag alone", async (t) => {
  const { world, fake } = await rollbackScene(t);
  withoutVariable(world);
  assert.match(formatStatus(await readStatus(fake.aws, target)), /^version {5}2026-11-01 \(the image's tag\)$/m);
});

for (const [answered, owner] of [
  ["2026-11-01", "ours"],
  ["2.3.4", "unknown"],
] as const)
  test(`where the image's tag alone names the running version, and ${answered} is answered, the new one is verified`, async (t) => {
    const { world, deploy } = await rollbackScene(t);
    withoutVariable(world);
    const ask: SendRequest = async () => {
      const version = world.service.taskDefinition === revisionArn(7) ? answered : "v1.1.0";
      return { status: 200, headers: {}, body: JSON.stringify({ version }) };
    };
    const report = await deploy("v1.1.0", "1", { http, ask });
    assert.deepEqual([report.verdict, report.http.state], ["deployed", "verified"]);
    const tags = world.taskDefinitions.get(revisionArn(8))?.tags ?? [];
    const probe = String(tags.find(({ key }) => key === "slipway:probe")?.value);
    assert.equal(probe.split(" ")[1], owner === "ours" ? answered : "");
  });

test("an override of the variable that the target names is refused before anything is changed", async (t) => {
  const { fake, deploy } = await rollbackScene(t);
  const settings = {
    overrides: { environment: { APP_VERSION: "x" }, secrets: {} },
    force: false,
    ignore: [],
    scanSeverity: "CRITICAL" as const,
  };
  await assert.rejects(deploy("v1.1.0", "1", { ...withTarget("APP_VERSION"), settings }), {
    code: "bad-override",
    exitCode: 2,
  });
  assert.equal(fake.sent("RegisterTaskDefinition").length, 0);
});
