import assert from "node:assert/strict";
import { test } from "node:test";
import type { FakeResponse } from "../../support/fake-aws.js";
import { names, pruneScene } from "../../support/prune-scene.js";
import { revisionArn } from "../../support/scripted-ecs.js";
import { addServiceDeployment } from "../../support/scripted-prune.js";
import { set } from "../../support/stories.js";

/** Runs `what` when an operation is called for the `count`-th time. */
function at(
  script: Record<string, (input: never) => FakeResponse>,
  operation: string,
  count: number,
  what: () => void,
) {
  const handle = script[operation];
  let calls = 0;
  script[operation] = (input) => {
    calls += 1;
    if (calls === count) what();
    return handle?.(input) ?? {};
  };
}

test("a revision that is taken into use during the reads is not deregistered", async (t) => {
  const { keep, world, fake, deregistered } = await pruneScene(t);
  at(fake.script, "ListEventBuses", 2, () => addServiceDeployment(world, "sd10", 3, "PENDING"));
  await keep();
  assert.ok(!deregistered().includes("service:3"));
  assert.ok(deregistered().includes("service:2"));
});

test("a service that is set to an old revision meanwhile keeps it, and all newer ones", async (t) => {
  const { keep, world, fake, deregistered } = await pruneScene(t);
  at(fake.script, "ListEventBuses", 2, () => set(world.service, { taskDefinition: revisionArn(4) }));
  await keep();
  assert.deepEqual(deregistered(), names(1, 2, 3));
});
