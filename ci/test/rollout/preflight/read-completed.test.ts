import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ReadableDeployments } from "../../../lib/ecs/service-deployments.js";
import { readCompleted } from "../../../lib/rollout/preflight/checks/rollback-revision.js";
import { Fault, fakeAws, type Script } from "../../support/fake-aws.js";
import { revisionArn, target } from "../../support/scripted-ecs.js";
import { virtualClock } from "../../support/virtual-clock.js";

const primary = (rolloutState: "COMPLETED" | "FAILED") => ({
  deployments: [{ id: "ecs-svc/1", status: "PRIMARY", rolloutState }],
});
const listed = (status: string): ReadableDeployments => ({
  listed: [{ arn: "arn:sd1", status, createdAt: 0, taskDefinition: revisionArn(6) }],
});

async function scene(t: TestContext, script: Script = {}) {
  const fake = await fakeAws(script);
  t.after(() => fake.close());
  const session = { aws: fake.aws, target, clock: virtualClock(), progress: () => undefined };
  return { fake, read: (...what: [object, ReadableDeployments]) => readCompleted(session, ...what) };
}

test("a deployment that is COMPLETED, or listed as SUCCESSFUL, is known without a call", async (t) => {
  const { fake, read } = await scene(t);
  assert.deepEqual(await read(primary("COMPLETED"), { listed: [] }), { value: true });
  assert.deepEqual(await read(primary("FAILED"), listed("SUCCESSFUL")), { value: true });
  assert.deepEqual(fake.calls, []);
});

test("otherwise the service's history is searched for a successful one, regardless of its age", async (t) => {
  const { fake, read } = await scene(t, {
    ListServiceDeployments: () => ({ serviceDeployments: [{ status: "SUCCESSFUL" }] }),
  });
  assert.deepEqual(await read(primary("FAILED"), listed("ROLLBACK_FAILED")), { value: true });
  const { cluster, service } = target;
  assert.deepEqual(fake.sent("ListServiceDeployments"), [{ cluster, service, status: ["SUCCESSFUL"] }]);
  fake.script.ListServiceDeployments = () => ({ serviceDeployments: [{ status: "ROLLBACK_FAILED" }] });
  assert.deepEqual(await read(primary("FAILED"), { listed: [] }), { value: false });
  fake.script.ListServiceDeployments = () => ({ serviceDeployments: [] });
  assert.deepEqual(await read(primary("FAILED"), { listed: [] }), { value: false });
});

test("without the permission it is unknown, and not read again", async (t) => {
  const { fake, read } = await scene(t);
  const classicOnly = "ecs:ListServiceDeployments is not permitted";
  assert.deepEqual(await read(primary("FAILED"), { listed: [], classicOnly }), { unknown: classicOnly });
  assert.deepEqual(fake.calls, []);
  fake.script.ListServiceDeployments = () => new Fault("AccessDeniedException", "no");
  assert.deepEqual(await read(primary("FAILED"), { listed: [] }), { unknown: classicOnly });
});
