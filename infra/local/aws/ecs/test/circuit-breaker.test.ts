import assert from "node:assert/strict";
import { test } from "node:test";
import { messages, scripted, secondsToSettle, settle, TARGET_GROUP, update, withService } from "./virtual-ecs.js";

const behaviour = scripted({
  crash: { exit: { after: 11_000, code: 1 } },
  missing: { pull: 74_000, pullError: "CannotPullContainerError: pull image manifest has been retried 7 time(s)" },
});

for (const rollbackId of ["old", "new"] as const) {
  test(`a crash loop is rolled back; the good deployment comes back under its ${rollbackId} id`, async () => {
    const world = await withService({ behaviour, rollbackId });
    const [good] = (await world.service()).deployments;
    await update(world, "crash:1");
    await secondsToSettle(world);
    const [deployment] = (await world.service()).deployments;
    assert.equal(deployment.id === good.id, rollbackId === "old");
    assert.ok(deployment.createdAt > good.createdAt);
    assert.deepEqual([deployment.taskDefinition, deployment.rolloutState], [world.first, "COMPLETED"]);
    const [rolledBack] = await world.deployments();
    assert.equal(rolledBack.status, "ROLLBACK_SUCCESSFUL");
    assert.equal(rolledBack.rollback.serviceRevisionArn, rolledBack.sourceServiceRevisions[0].arn);
    assert.deepEqual(rolledBack.deploymentCircuitBreaker, { status: "TRIGGERED", failureCount: 3, threshold: 3 });
    const said = await messages(world);
    const failed = said.findIndex((each) => each.endsWith("deployment failed: tasks failed to start."));
    assert.equal(said[failed + 1], `(service web) rolling back to deployment ${deployment.id}.`);
  });
}

test("a task that becomes healthy after the breaker has opened does not reset its failure count", async () => {
  let started = 0;
  const failing = scripted({ mixed: { exit: { after: 11_000, code: 1 } } });
  const world = await withService({
    behaviour: (task) => (failing(task).exit && ++started > 3 ? {} : failing(task)),
  });
  await update(world, "mixed:1", { desiredCount: 4 });
  await secondsToSettle(world);
  const [{ deploymentCircuitBreaker, status }] = await world.deployments();
  assert.equal(status, "ROLLBACK_SUCCESSFUL");
  assert.deepEqual(deploymentCircuitBreaker, { status: "TRIGGERED", failureCount: 3, threshold: 3 });
});

test("during a rollback the failed deployment is ACTIVE and FAILED and the good one PRIMARY", async () => {
  const world = await withService({ behaviour });
  await update(world, "crash:1");
  while ((await world.deployments())[0].status !== "ROLLBACK_IN_PROGRESS") world.clock.advance(1_000);
  const [good, failed] = (await world.service()).deployments;
  assert.deepEqual([good.status, good.rolloutState], ["PRIMARY", "IN_PROGRESS"]);
  assert.equal(good.createdAt, good.updatedAt);
  assert.deepEqual([failed.status, failed.rolloutState], ["ACTIVE", "FAILED"]);
  assert.equal(failed.rolloutStateReason, `ECS deployment circuit breaker: rolling back to deploymentId ${good.id}.`);
});

test("without rollback the failed deployment stays PRIMARY, starts nothing more and leaves the old task", async () => {
  const world = await withService({ behaviour });
  await update(world, "crash:1", {
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
  });
  world.clock.advance(3_600_000);
  const [failed, old] = (await world.service()).deployments;
  assert.deepEqual([failed.status, failed.rolloutState], ["PRIMARY", "FAILED"]);
  assert.equal(failed.rolloutStateReason, "ECS deployment circuit breaker: tasks failed to start.");
  assert.deepEqual([old.status, old.runningCount, failed.runningCount], ["ACTIVE", 1, 0]);
  assert.equal((await world.deployments())[0].status, "STOPPED");
});

test("with no completed deployment to return to, the service stays on the failed one", async () => {
  const world = await withService({ behaviour, service: { desiredCount: 0 } });
  await world.call("DeleteService", { service: "web" });
  const taskDefinition = await world.register("crash:1");
  const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"] } };
  const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: true } };
  await world.call("CreateService", {
    serviceName: "web",
    taskDefinition,
    desiredCount: 1,
    launchType: "FARGATE",
    networkConfiguration,
    deploymentConfiguration,
  });
  await secondsToSettle(world);
  const [deployment] = (await world.service()).deployments;
  assert.deepEqual([deployment.status, deployment.rolloutState], ["PRIMARY", "FAILED"]);
  const [record] = await world.deployments();
  assert.deepEqual(
    [record.status, record.statusReason],
    ["ROLLBACK_FAILED", "No rollback candidate was found to run the rollback."],
  );
});

test("without a circuit breaker a failing rollout goes on and counts", async () => {
  const world = await withService({ behaviour });
  await update(world, "crash:1", {
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: false, rollback: false } },
  });
  world.clock.advance(1_800_000);
  const [deployment] = (await world.service()).deployments;
  assert.equal(deployment.rolloutState, "IN_PROGRESS");
  assert.ok(deployment.failedTasks > 10);
  assert.equal((await world.deployments())[0].deploymentCircuitBreaker.status, "DISABLED");
});

test("a configured threshold decides after how many failures the breaker opens", async () => {
  const world = await withService({ behaviour });
  const deploymentCircuitBreaker = {
    enable: true,
    rollback: true,
    thresholdConfiguration: { type: "COUNT", value: 5 },
  };
  await update(world, "crash:1", { deploymentConfiguration: { deploymentCircuitBreaker } });
  await secondsToSettle(world);
  assert.equal((await world.deployments())[0].deploymentCircuitBreaker.failureCount, 5);
});

test("tasks that never run are restarted with growing delays, up to 15 minutes", async () => {
  const world = await withService({ behaviour });
  await update(world, "missing:1", {
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: false, rollback: false } },
  });
  world.clock.advance(3_600_000);
  const started = (await world.service()).events
    .filter((event: { message: string }) => event.message.includes("has started"))
    .map((event: { createdAt: number }) => event.createdAt);
  assert.ok(started[0] - started[1] >= 900);
  const event =
    "(service web) is unable to consistently start tasks successfully. " +
    "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
  assert.ok((await messages(world)).includes(event));
  const [failed] = await world.tasks({ serviceName: "web", desiredStatus: "STOPPED" });
  assert.equal(failed.stopCode, "TaskFailedToStart");
  assert.match(failed.stoppedReason, /^CannotPullContainerError/);
});

test("tasks that fail together lengthen the delay once", async () => {
  const world = await withService({ behaviour, service: { desiredCount: 10 } });
  await update(world, "missing:1", {
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: false, rollback: false } },
  });
  world.clock.advance(45_000 + 84_000 + 48_000);
  const started = (await messages(world)).filter((each) => each.includes("has started 10 tasks"));
  assert.equal(started.length, 3);
});

const loadBalancers = [{ targetGroupArn: TARGET_GROUP, containerName: "app", containerPort: 5000 }];

test("tasks that fail the load balancer's checks are stopped, counted and rolled back", async () => {
  let release = "good";
  const reason = "Health checks failed with these codes: [503]";
  const world = await withService({
    service: { loadBalancers },
    target: () => (release === "good" ? {} : { health: [{ after: 20_000, state: "unhealthy", reason }] }),
  });
  release = "bad";
  await update(world, "sick:1");
  await secondsToSettle(world);
  assert.equal((await world.deployments())[0].status, "ROLLBACK_SUCCESSFUL");
  const stopped = await world.tasks({ desiredStatus: "STOPPED" });
  const wanted = `Task failed ELB health checks in (target-group ${TARGET_GROUP})`;
  assert.equal(stopped.filter((task) => task.stoppedReason === wanted).length, 3);
  const said = (await messages(world)).find((each) => each.includes("is unhealthy in"));
  assert.match(
    said ?? "",
    /\(task [0-9a-f]{32}\) \(port 5000\) is unhealthy in \(target-group .*\) due to \(reason Health checks failed with these codes: \[503\]\)\.$/,
  );
});

test("failing checks are ignored during the grace period", async () => {
  const world = await withService({
    service: { loadBalancers, healthCheckGracePeriodSeconds: 120 },
    target: () => ({
      health: [
        { after: 20_000, state: "unhealthy", reason: "Request timed out" },
        { after: 90_000, state: "healthy" },
      ],
    }),
  });
  assert.equal((await world.service()).deployments[0].rolloutState, "COMPLETED");
  assert.deepEqual(await world.tasks({ desiredStatus: "STOPPED" }), []);
});

test("a task is healthy when its container health check passes, and replaced when it fails", async () => {
  const healthCheck = { command: ["CMD-SHELL", "true"] };
  const world = await withService({
    container: { healthCheck },
    behaviour: () => ({
      health: [
        { after: 10_000, status: "HEALTHY" },
        { after: 300_000, status: "UNHEALTHY" },
      ],
    }),
  });
  const [task] = await world.tasks();
  assert.equal(task.healthStatus, "HEALTHY");
  world.clock.advance(320_000);
  assert.ok(
    (await messages(world)).some((each) =>
      each.endsWith(`(task ${task.taskArn.slice(-32)}) failed container health checks.`),
    ),
  );
  assert.ok(
    (await messages(world)).some((each) => each.endsWith("Amazon ECS replaced 1 tasks due to an unhealthy status.")),
  );
  await settle(world);
  const { tasks } = await world.call("DescribeTasks", { tasks: [task.taskArn] });
  assert.equal(tasks[0].stoppedReason, "Task failed container health checks");
});

test("a service deployment that has succeeded is not rolled back when tasks fail while the old one drains", async () => {
  const world = await withService({
    behaviour: scripted({ later: { exit: { after: 60_000, code: 1 } } }),
    target: () => ({ drain: 600_000 }),
    service: {
      loadBalancers: [{ targetGroupArn: TARGET_GROUP, containerName: "app", containerPort: 5000 }],
      deploymentConfiguration: {
        deploymentCircuitBreaker: { enable: true, rollback: true, resetOnHealthyTask: false },
      },
    },
  });
  await update(world, "later:1");
  world.clock.advance(590_000);
  const [deployment] = await world.deployments();
  assert.equal(deployment.status, "SUCCESSFUL");
  assert.ok((await world.service()).deployments[0].failedTasks >= 3);
});
