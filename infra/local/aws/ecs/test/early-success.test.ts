import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualEcs, imageOf, NETWORK, settle, update } from "./virtual-ecs.js";

/** Four tasks; two of the new ones pull for an hour, and the old ones take half a minute to stop. */
async function partly(cleanup: string, healthyPercent = 50) {
  let started = 0;
  const world = await createVirtualEcs({
    behaviour: (task) => {
      const isNew = imageOf(task) === "slow:2";
      return isNew && ++started > 2 ? { pull: 3_600_000 } : { stop: 25_000 };
    },
  });
  await world.call("CreateCluster");
  await world.register("good:1");
  await world.call("CreateService", {
    serviceName: "web",
    taskDefinition: "web",
    desiredCount: 4,
    launchType: "FARGATE",
    networkConfiguration: NETWORK,
  });
  await settle(world);
  const deploymentConfiguration = {
    minimumHealthyPercent: 50,
    deploymentCircuitBreaker: { enable: true, rollback: true },
    earlySuccessCriteria: { enable: true, healthyPercent, sourceServiceRevisionCleanup: cleanup },
  };
  await update(world, "slow:2", { deploymentConfiguration });
  return world;
}

test("a deployment succeeds early with enough healthy tasks, and its other tasks start afterwards", async () => {
  const world = await partly("DEFERRED");
  world.clock.advance(110_000);
  assert.equal((await world.deployments())[0].status, "SUCCESSFUL");
  const [primary, old] = (await world.service()).deployments;
  assert.deepEqual([primary.runningCount, primary.pendingCount, primary.rolloutState], [2, 2, "IN_PROGRESS"]);
  assert.equal(old.status, "ACTIVE");
  await settle(world);
  assert.equal((await world.service()).deployments[0].runningCount, 4);
});

test("with blocking cleanup it succeeds only after the old tasks have stopped", async () => {
  const [deferred, blocking] = [await partly("DEFERRED"), await partly("BLOCKING")];
  const took = async (world: Awaited<ReturnType<typeof partly>>) => {
    const start = world.clock.now();
    world.clock.advance(6_000);
    while ((await world.deployments())[0].status !== "SUCCESSFUL") world.clock.advance(1_000);
    return (world.clock.now() - start) / 1_000;
  };
  const [early, late] = [await took(deferred), await took(blocking)];
  assert.ok(late >= early + 40, `${early} s, ${late} s`);
});

test("a percentage above the healthy tasks gives no early success", async () => {
  const world = await partly("DEFERRED", 75);
  world.clock.advance(1_800_000);
  assert.equal((await world.deployments())[0].status, "IN_PROGRESS");
});

test("incomplete criteria are rejected", async () => {
  await assert.rejects(partly("SOMEDAY"), /SOMEDAY.*BLOCKING, DEFERRED/);
  await assert.rejects(partly("DEFERRED", 40), /greater than or equal to minimumHealthyPercent/);
  await assert.rejects(partly("DEFERRED", 101), /whole numbers from 0 to 100/);
});
