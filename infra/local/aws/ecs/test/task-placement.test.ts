import assert from "node:assert/strict";
import { test } from "node:test";
import { createInProcessAws } from "../../in-process.js";
import { createVirtualClock } from "../../virtual-clock.js";
import { createSimulatedLoadBalancer } from "../simulated-tasks/simulated-load-balancer.js";
import { createSimulatedRuntime } from "../simulated-tasks/simulated-runtime.js";
import { createWebService, scripted, update, withService } from "./virtual-ecs.js";

const REASON = "Capacity is unavailable at this time. Please try again later or in a different availability zone.";

test("a failed placement is reported with growing delays, creates no task, and succeeds when there is capacity", async () => {
  const clock = createVirtualClock();
  let full = true;
  const aws = await createInProcessAws({
    clock,
    runtime: createSimulatedRuntime(
      clock,
      () => ({}),
      () => (full ? REASON : undefined),
    ),
    loadBalancer: createSimulatedLoadBalancer(clock),
  });
  await createWebService(aws, {
    deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
  });
  // biome-ignore lint/suspicious/noExplicitAny: read field by field, as JSON
  const service = async () => ((await aws.call("ecs", "DescribeServices", { services: ["web"] })).services as any[])[0];
  clock.advance(45_000 + 48_000 + 290_000);
  const { events, deployments } = await service();
  const reported =
    `(service web) was unable to place a task. Reason: ${REASON} ` +
    "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
  assert.deepEqual(
    events.map(({ message }: { message: string }) => message),
    [reported, reported, reported],
  );
  const [{ pendingCount, failedTasks, rolloutState }] = deployments;
  assert.deepEqual([pendingCount, failedTasks, rolloutState], [0, 0, "IN_PROGRESS"]);
  full = false;
  clock.advance(1_200_000);
  assert.deepEqual([(await service()).runningCount, (await service()).deployments[0].rolloutState], [1, "COMPLETED"]);
});

test("a task that does not stop in time is killed, with exit code 137", async () => {
  const world = await withService({ behaviour: scripted({ good: { stop: 90_000 } }), container: { stopTimeout: 20 } });
  const [old] = await world.tasks();
  await update(world, "good:2");
  while ((await world.service()).deployments[0].runningCount === 0) world.clock.advance(1_000);
  world.clock.advance(40_000 + 1_000 + 20_000);
  const { tasks } = await world.call("DescribeTasks", { tasks: [old.taskArn] });
  assert.deepEqual([tasks[0].lastStatus, tasks[0].containers[0].exitCode], ["DEPROVISIONING", 137]);
});
