import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { scene } from "../support/rollout-scene.js";
import { earlySuccess, success } from "../support/stories.js";

async function site(t: TestContext, version: string): Promise<string> {
  const server = createServer((_, response) => response.end(JSON.stringify({ version })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("what ECS calls deployed and the public URL serves is deployed and verified", async (t) => {
  const { roll } = await scene(t, success);
  const report = await roll({ http: { baseUrl: await site(t, "v1.1.0") } });
  assert.equal(report.verdict, "deployed");
  assert.equal(report.http.state, "verified");
});

test("what ECS calls deployed while the public URL serves another version has failed", async (t) => {
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
    const { roll } = await scene(t, earlySuccess);
    const report = await roll({ http: { baseUrl: await site(t, version) }, undo: false });
    assert.equal(report.verdict, verdict);
    assert.match(report.reason, new RegExp(version));
  });
}

test("what ECS calls deployed at a public URL that can't be reached is deployed-unverified", async (t) => {
  const { roll } = await scene(t, success);
  const report = await roll({ http: { baseUrl: "http://127.0.0.1:1" } });
  assert.equal(report.verdict, "deployed-unverified");
  assert.equal(report.exitCode, 8);
});
