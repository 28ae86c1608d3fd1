import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, scripted, secondsToSettle, update, withService } from "./world.js";

/** Recorded on accounts of Fargate services with desired count 1; ours must come within a tenth. */
const within10Percent = (ours: number, recorded: number) =>
  assert.ok(Math.abs(ours - recorded) <= recorded / 10, `${ours} s, recorded: ${recorded} s`);

const behaviour = scripted({
  crash: { exit: { after: 11_000, code: 1 } },
  missing: { pull: 74_000, pullError: "CannotPullContainerError" },
});

test("a normal replacement: first start after 0:45-1:35, steady after 2-4 minutes", async () => {
  const world = await withService();
  const start = world.clock.now() / 1_000;
  await update(world, "good:2");
  const steady = await secondsToSettle(world);
  const first = (await world.service()).events.find(
    (event: { message: string; createdAt: number }) => event.createdAt > start && event.message.includes("has started"),
  );
  assert.ok(first.createdAt - start >= 45 && first.createdAt - start <= 95);
  assert.ok(steady >= 120 && steady <= 240, `${steady} s`);
});

test("a crash loop: the breaker opens after the fourth start at 2:38, rolled back 24 s later", async () => {
  const world = await withService({ behaviour });
  const start = world.clock.now() / 1_000;
  await update(world, "crash:1");
  within10Percent(await secondsToSettle(world), 158 + 24);
  const [record] = await world.deployments();
  within10Percent(record.rollback.startedAt - start, 158);
  const said = await messages(world);
  const steady = said.indexOf("(service web) has reached a steady state.");
  const opened = said.findIndex((each) => each.endsWith("tasks failed to start."));
  assert.equal(said.slice(steady, opened).filter((each) => each.includes("has started")).length, 4);
});

test("an image that does not exist: failed tasks at 2:34, 4:46 and 11:00, rollback at 11:44", async () => {
  const world = await withService({ behaviour });
  const start = world.clock.now();
  await update(world, "missing:1");
  world.clock.advance(5_000);
  for (const [count, recorded] of [
    [1, 154],
    [2, 286],
    [3, 660],
  ] as const) {
    while ((await world.deployments())[0].deploymentCircuitBreaker.failureCount < count) world.clock.advance(1_000);
    within10Percent((world.clock.now() - start) / 1_000, recorded);
  }
  within10Percent((await world.deployments())[0].rollback.startedAt - start / 1_000, 704);
});

test("an unhealthy task is replaced and the service steady again within the recorded 4 minutes", async () => {
  const healthCheck = { command: ["CMD-SHELL", "true"] };
  let sick = true;
  const world = await withService({
    container: { healthCheck },
    behaviour: () => {
      const health = [
        { after: 60_000, status: "HEALTHY" as const },
        ...(sick ? [{ after: 600_000, status: "UNHEALTHY" as const }] : []),
      ];
      sick = false;
      return { health };
    },
  });
  while (!(await messages(world)).some((each) => each.endsWith("failed container health checks.")))
    world.clock.advance(1_000);
  const start = world.clock.now();
  const steadyStates = async () => (await messages(world)).filter((each) => each.endsWith("steady state.")).length;
  const before = await steadyStates();
  while ((await steadyStates()) === before) world.clock.advance(1_000);
  const took = (world.clock.now() - start) / 1_000;
  assert.ok(took >= 60 && took <= 240, `${took} s`);
});
