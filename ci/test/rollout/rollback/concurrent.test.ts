import assert from "node:assert/strict";
import { test } from "node:test";
import type { SendRequest } from "../../../lib/rollout/verify/http-request.js";
import { Fault, type Script } from "../../support/fake-aws.js";
import { revisionArn, update, type World } from "../../support/scripted-ecs.js";
import { servingApp } from "../../support/serving-app.js";
import { wrongVersionScene } from "../../support/wrong-version-scene.js";

/** Answers errors for good once the new revision has been asked so often that it counts, and then `then` happens. */
function wrongFrom(world: World, then: () => void): SendRequest {
  const before = servingApp(world, "v0.0.1");
  let asked = 0;
  return async (question) => {
    if (world.service.taskDefinition === revisionArn(8) && ++asked === 50) then();
    return asked > 0 ? { status: 500, headers: {}, body: "" } : before(question);
  };
}

test("a deploy that somebody replaces while its URL is asked is superseded, and not taken back", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  const report = await roll({ ask: wrongFrom(world, () => update(world, revisionArn(7))) });
  assert.equal(report.verdict, "superseded");
  assert.match(report.reason, /Ours ended well; .*service:7 has taken its place since/);
  assert.equal(report.undo, undefined);
  assert.equal(fake.sent("UpdateService").length, 1);
});

test("a deploy whose service somebody deletes while its URL is asked is stopped", async (t) => {
  const { world, roll } = await wrongVersionScene(t);
  const remove = () => {
    world.service.status = "DRAINING";
  };
  const report = await roll({ ask: wrongFrom(world, remove) });
  assert.equal(report.verdict, "stopped");
  assert.match(report.reason, /The service was deleted/);
});

test("a deploy that can't be looked at once more after its URL was asked is taken back all the same", async (t) => {
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

test("nothing is taken back that somebody replaces in that very moment, and it is told", async (t) => {
  const { fake, world, roll } = await wrongVersionScene(t);
  const describe = fake.script.DescribeServices as Script[string];
  let looks = Number.NEGATIVE_INFINITY;
  fake.script.DescribeServices = (input) => {
    // The look after the URL's answers sees the service as it was, the undo sees it replaced.
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
