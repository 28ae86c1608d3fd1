import assert from "node:assert/strict";
import { test } from "node:test";
import type { SendRequest } from "../../../lib/rollout/verify/http-request.js";
import { Fault, type Script } from "../../support/fake-aws.js";
import { revisionArn, update, type World } from "../../support/scripted-ecs.js";
import { servingApp } from "../../support/serving-app.js";
import { wrongVersionScene } from "../../support/wrong-version-scene.js";

/** Answers only errors once the new revision is set, and calls `then` at the 50th request, when the errors count. */
function wrongFrom(world: World, then: () => void): SendRequest {
  const before = servingApp(world, "v0.0.1");
  let requests = 0;
  return async (question) => {
    if (world.service.taskDefinition === revisionArn(8) && ++requests === 50) then();
    return requests > 0 ? { status: 500, headers: {}, body: "" } : before(question);
  };
}

test("a deploy that is replaced during the verification is superseded, and not rolled back", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  const report = await roll({ ask: wrongFrom(world, () => update(world, revisionArn(7))) });
  assert.equal(report.verdict, "superseded");
  assert.match(report.reason, /It succeeded; .*service:7 has replaced it since/);
  assert.equal(report.undo, undefined);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("a deploy whose service is deleted during the verification is stopped", async (t) => {
  const { world, roll } = await wrongVersionScene(t);
  const remove = () => {
    world.service.status = "DRAINING";
  };
  const report = await roll({ ask: wrongFrom(world, remove) });
  assert.equal(report.verdict, "stopped");
  assert.match(report.reason, /The service was deleted/);
});

test("a deploy that can't be polled again after the verification is rolled back all the same", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  const describe = fake.script.DescribeServices as Script[string];
  const refuseOnce = () => {
    fake.script.DescribeServices = () => {
      fake.script.DescribeServices = describe;
      return new Fault(
        "AccessDeniedException",
        "User: x is not authorized to perform: ecs:DescribeServices on resource: y",
      );
    };
  };
  const report = await roll({ ask: wrongFrom(world, refuseOnce) });
  assert.match(report.reason, /does not serve v1\.1\.0: HTTP 500/);
  assert.equal(fake.sent("UpdateService").length, 2);
});

test("a deploy that is replaced at the moment of the rollback is not rolled back, and this is reported", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  const describe = fake.script.DescribeServices as Script[string];
  let looks = Number.NEGATIVE_INFINITY;
  fake.script.DescribeServices = (input) => {
    // The poll after the verification reads the service unchanged; the automatic rollback reads it replaced.
    if (++looks === 2) update(world, revisionArn(7));
    return describe(input);
  };
  const begin = () => {
    looks = 0;
  };
  const report = await roll({ ask: wrongFrom(world, begin) });
  assert.equal(report.verdict, "failed");
  assert.match(String(report.undo?.refused), /is now set to .*service:7$/);
  assert.equal(fake.sent("UpdateService").length, 1);
});
