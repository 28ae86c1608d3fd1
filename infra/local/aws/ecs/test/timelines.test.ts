import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { messages, scripted, secondsToSettle, TARGET_GROUP, update, withService } from "./virtual-ecs.js";

/** Times recorded for Fargate services with desired count 1; those of the local ECS must be within a tenth. */
const within10Percent = (t: TestContext, what: string, ours: number, recorded: number) => {
  t.diagnostic(`${what}: ours ${clockTime(ours)}, recorded ${clockTime(recorded)}`);
  assert.ok(Math.abs(ours - recorded) <= recorded / 10, `${what}: ${ours} s, recorded: ${recorded} s`);
};

const between = (t: TestContext, what: string, ours: number, least: number, most: number, tolerance = 0) => {
  t.diagnostic(`${what}: ours ${clockTime(ours)}, recorded ${clockTime(least)}-${clockTime(most)}`);
  const isSo = ours >= least * (1 - tolerance) && ours <= most * (1 + tolerance);
  assert.ok(isSo, `${what}: ${ours} s, recorded: ${least}-${most} s`);
};

const clockTime = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;

const behaviour = scripted({
  crash: { exit: { after: 11_000, code: 1 } },
  missing: { pull: 74_000, pullError: "CannotPullContainerError" },
});

test("a normal replacement: first start after 0:45-1:35, steady after 2-4 minutes", async (t) => {
  const world = await withService();
  const start = world.clock.now() / 1_000;
  await update(world, "good:2");
  const steady = await secondsToSettle(world);
  const first = (await world.service()).events.find(
    (event: { message: string; createdAt: number }) => event.createdAt > start && event.message.includes("has started"),
  );
  between(t, "first start", first.createdAt - start, 45, 95);
  between(t, "steady", steady, 120, 240);
});

test("a crash loop: the breaker opens after the fourth start at 2:38, rolled back 24 s later", async (t) => {
  const world = await withService({ behaviour });
  const start = world.clock.now() / 1_000;
  await update(world, "crash:1");
  const settled = await secondsToSettle(world);
  const [record] = await world.deployments();
  within10Percent(t, "breaker opens", record.rollback.startedAt - start, 158);
  within10Percent(t, "rolled back", settled, 158 + 24);
  within10Percent(t, "rollback takes", record.finishedAt - record.rollback.startedAt, 24);
  const said = await messages(world);
  const steady = said.indexOf("(service web) has reached a steady state.");
  const opened = said.findIndex((each) => each.endsWith("tasks failed to start."));
  assert.equal(said.slice(steady, opened).filter((each) => each.includes("has started")).length, 4);
});

test("an image that does not exist: failed tasks at 2:34, 4:46 and 11:00, rollback at 11:44, off the list at 13:30", async (t) => {
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
    within10Percent(t, `failed tasks ${count}`, (world.clock.now() - start) / 1_000, recorded);
  }
  while ((await world.deployments())[0].rollback === undefined) world.clock.advance(1_000);
  within10Percent(t, "rollback", (await world.deployments())[0].rollback.startedAt - start / 1_000, 704);
  while ((await world.service()).deployments.length > 1) world.clock.advance(1_000);
  // A task started just before, and its pull goes on to its last retry.
  within10Percent(t, "failed deployment leaves the list", (world.clock.now() - start) / 1_000, 810);
});

test("an unhealthy task is replaced and the service steady again 3-4 minutes after it stopped answering", async (t) => {
  const healthCheck = { command: ["CMD-SHELL", "true"] };
  // The recording has no start of its count: the first failing check, with ECS's defaults of 30 s between checks and 3 retries.
  const reported = 3 * 30_000;
  let stopsAnsweringAfter: number | undefined = 600_000;
  const world = await withService({
    container: { healthCheck },
    behaviour: () => {
      const health = [
        { after: 60_000, status: "HEALTHY" as const },
        ...(stopsAnsweringAfter ? [{ after: stopsAnsweringAfter + reported, status: "UNHEALTHY" as const }] : []),
      ];
      stopsAnsweringAfter = undefined;
      return { health };
    },
  });
  while (!(await messages(world)).some((each) => each.endsWith("failed container health checks.")))
    world.clock.advance(1_000);
  const start = world.clock.now() - reported;
  const steadyStates = async () => (await messages(world)).filter((each) => each.endsWith("steady state.")).length;
  const before = await steadyStates();
  while ((await steadyStates()) === before) world.clock.advance(1_000);
  between(t, "steady again", (world.clock.now() - start) / 1_000, 180, 240, 0.1);
});

test("out of memory: the task dies 30-50 s after its start and shows exit code 137", async (t) => {
  const reason = "OutOfMemoryError: container killed due to memory usage";
  const world = await withService({
    behaviour: scripted({ hungry: { exit: { after: 25_000, code: 137, reason } } }),
  });
  await update(world, "hungry:1");
  const failed = async () =>
    (await world.tasks({ serviceName: "web", desiredStatus: "STOPPED" })).find(
      (task) => task.stopCode === "EssentialContainerExited",
    );
  while ((await failed()) === undefined) world.clock.advance(1_000);
  const task = await failed();
  between(t, "dies after its creation", task.executionStoppedAt - task.createdAt, 30, 50);
  assert.deepEqual([task.containers[0].exitCode, task.containers[0].reason], [137, reason]);
});

test("SUCCESSFUL comes 38 s before COMPLETED where the old task drains so long", async (t) => {
  const world = await withService({
    target: () => ({ drain: 10_000 }),
    service: { loadBalancers: [{ targetGroupArn: TARGET_GROUP, containerName: "app", containerPort: 5000 }] },
  });
  await update(world, "good:2");
  await secondsToSettle(world);
  const completed = (await world.service()).deployments[0].updatedAt;
  const [{ finishedAt }] = await world.deployments();
  within10Percent(t, "from SUCCESSFUL to COMPLETED", completed - finishedAt, 38);
});
