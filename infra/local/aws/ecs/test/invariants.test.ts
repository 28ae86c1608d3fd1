import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { TaskBehaviour } from "../simulated-tasks/simulated-runtime.js";
import { scripted, update, type VirtualEcs, withService } from "./virtual-ecs.js";

/** Rollouts of any size, percents, behaviour and interruption. A failing one is printed with its seed. */
const rollout = fc.record({
  desired: fc.integer({ min: 1, max: 12 }),
  least: fc.integer({ min: 0, max: 100 }),
  most: fc.integer({ min: 100, max: 250 }),
  image: fc.constantFrom("good:2", "crash:1", "missing:1", "slow:1"),
  rollbackId: fc.constantFrom("old" as const, "new" as const),
  interruption: fc.constantFrom("none", "restart", "newer", "scale", "stop"),
  interruptedAfter: fc.integer({ min: 0, max: 200 }),
});

const BEHAVIOURS: Record<string, TaskBehaviour> = {
  crash: { exit: { after: 11_000, code: 1 } },
  missing: { pull: 74_000, pullError: "CannotPullContainerError" },
  slow: { pull: 60_000, start: 30_000, stop: 30_000 },
};

interface Limits {
  lower: number;
  upper: number;
}

/** The upper limit of a service that scales in falls as its tasks stop: the previous limit holds throughout. */
async function checkLimits(world: VirtualEcs, limits: Limits): Promise<void> {
  const { deployments, events } = await world.service();
  const sum = (name: string) =>
    deployments.reduce((total: number, each: Record<string, number>) => total + (each[name] ?? 0), 0);
  const running = sum("runningCount");
  const started = running + sum("pendingCount");
  const seen = JSON.stringify({ deployments, events: events.slice(0, 5) }, null, 1);
  assert.ok(started <= limits.upper, `${started} tasks started, the upper limit is ${limits.upper}: ${seen}`);
  assert.ok(running >= limits.lower, `${running} tasks run, the lower limit is ${limits.lower}: ${seen}`);
}

async function interrupt(world: VirtualEcs, how: string, desiredCount: number): Promise<void> {
  if (how === "restart") await world.restart();
  if (how === "newer") await update(world, "good:3");
  if (how === "scale") await world.call("UpdateService", { service: "web", desiredCount });
  if (how === "stop") {
    const [newest] = await world.deployments();
    const { serviceDeploymentArn } = newest;
    if (newest.status === "PENDING" || newest.status === "IN_PROGRESS")
      await world.call("StopServiceDeployment", { serviceDeploymentArn });
  }
}

test("a rollout stays within its percents while the old tasks are healthy, and ends", async () => {
  await fc.assert(
    fc.asyncProperty(rollout, async ({ desired, least, most, image, rollbackId, interruption, interruptedAfter }) => {
      const half = Math.ceil(desired / 2);
      const limits = limitsAt(desired, least, most);
      // Percents that block a deployment are excluded: such a rollout never ends.
      fc.pre([desired, half].every((count) => movable(count, limitsAt(count, least, most))));
      const deploymentConfiguration = {
        minimumHealthyPercent: least,
        maximumPercent: most,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      };
      const world = await withService({
        rollbackId,
        behaviour: scripted(BEHAVIOURS),
        service: { desiredCount: desired, deploymentConfiguration },
      });
      await update(world, image);
      for (let second = 0; second < 7_200; second += 1) {
        if (second === interruptedAfter) await interrupt(world, interruption, half);
        world.clock.advance(1_000);
        if (interruption === "scale" && second >= interruptedAfter) limits.lower = limitsAt(half, least, most).lower;
        await checkLimits(world, limits);
        if (second > interruptedAfter + 10 && (await isOver(world))) return;
      }
      assert.fail(`not over after two hours: ${JSON.stringify((await world.service()).deployments)}`);
    }),
    { numRuns: 40 },
  );
});

const limitsAt = (count: number, least: number, most: number): Limits => ({
  lower: Math.ceil((count * least) / 100),
  upper: Math.floor((count * most) / 100),
});

const movable = (count: number, { lower, upper }: Limits) => upper > count || lower < count;

async function isOver(world: VirtualEcs): Promise<boolean> {
  const { deployments, runningCount, desiredCount } = await world.service();
  return deployments.length === 1 && deployments[0].rolloutState === "COMPLETED" && runningCount === desiredCount;
}

test("the same seed gives the same run, byte for byte", async () => {
  const run = async (seed: number) => {
    const world = await withService({ seed, behaviour: scripted(BEHAVIOURS), service: { desiredCount: 3 } });
    await update(world, "crash:1");
    world.clock.advance(600_000);
    return JSON.stringify([
      await world.service(),
      await world.deployments(),
      await world.tasks({ desiredStatus: "STOPPED" }),
    ]);
  };
  assert.equal(await run(7), await run(7));
  assert.notEqual(await run(7), await run(8));
});
