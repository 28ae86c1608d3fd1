import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { SendRequest } from "../../lib/rollout/verify/http-request.js";
import { usualCheck } from "../../lib/rollout/verify/version-check.js";
import { scene } from "../support/rollout-scene.js";
import { revisionArn, target, update, type World } from "../support/scripted-ecs.js";
import { http, servingApp } from "../support/serving-app.js";
import { earlySuccess, set, success } from "../support/stories.js";

async function site(t: TestContext, version: string): Promise<string> {
  const server = createServer((_, response) => response.end(JSON.stringify({ version })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a rollout that ECS reports as deployed and the public URL serves is deployed and verified", async (t) => {
  const { world, roll } = await scene(t, success);
  const report = await roll({ http, ask: servingApp(world) });
  assert.equal(report.verdict, "deployed");
  assert.equal(report.http.state, "verified");
});

test("a rollout that ECS reports as deployed while the public URL serves another version has failed", async (t) => {
  const { roll } = await scene(t, success);
  const report = await roll({ http: { baseUrl: await site(t, "v1.0.0") }, undo: false });
  assert.equal(report.verdict, "failed");
  assert.equal(report.exitCode, 4);
  assert.match(report.reason, /does not serve v1\.1\.0: v1\.0\.0/);
});

for (const [version, verdict] of [
  ["v1.0.0", "deployed-unverified"],
  ["v0.0.1", "failed"],
] as const) {
  test(`where ${version} answers while old tasks of v1.0.0 are up after an early success, it is ${verdict}`, async (t) => {
    const { world, roll } = await scene(t, earlySuccess);
    const report = await roll({ http, ask: servingApp(world, version), undo: false });
    assert.equal(report.verdict, verdict);
    assert.match(report.reason, new RegExp(version));
  });
}

test("a rollout that ECS reports as deployed, with a stated check and an unreachable public URL, is deployed-unverified", async (t) => {
  const { roll } = await scene(t, success);
  const report = await roll({ http: { baseUrl: "http://127.0.0.1:1", versionCheck: usualCheck } });
  assert.equal(report.verdict, "deployed-unverified");
  assert.equal(report.exitCode, 8);
});

/** Deploys with requests to each task's own address, which answers `version`; runs `meanwhile` at the first request. */
async function deployWithTasks(t: TestContext, version: string, meanwhile: (world: World) => void = () => {}) {
  const { world, roll } = await scene(t, [...success.slice(0, 1), [46, giveAddress], ...success.slice(1)]);
  let hasRequest = false;
  const ask: SendRequest = async () => {
    if (!hasRequest) meanwhile(world);
    hasRequest = true;
    return { status: 200, headers: {}, body: JSON.stringify({ version }) };
  };
  return await roll({ ask, target: { ...target, verifyTasks: true } });
}

function giveAddress(world: World): void {
  const details = [{ name: "privateIPv4Address", value: "10.0.0.7" }];
  for (const task of world.tasks) set(task, { attachments: [{ details }] });
}

test("a task that answers another version at its own address makes the deploy failed", async (t) => {
  const report = await deployWithTasks(t, "v1.0.0");
  assert.equal(report.verdict, "failed");
  assert.deepEqual(
    report.tasks?.wrong.map(({ answered }) => answered),
    ["v1.0.0"],
  );
});

test("a deploy that is replaced during the requests to its tasks is superseded", async (t) => {
  const report = await deployWithTasks(t, "v1.0.0", (world) => update(world, revisionArn(7)));
  assert.equal(report.verdict, "superseded");
  assert.match(report.reason, /It succeeded; .*service:7 has replaced it since/);
});

test("a deploy whose service is deleted during the requests to its tasks is stopped", async (t) => {
  const report = await deployWithTasks(t, "v1.0.0", ({ service }) => set(service, { status: "DRAINING" }));
  assert.equal(report.verdict, "stopped");
});
