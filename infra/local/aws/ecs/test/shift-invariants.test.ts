import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonObject } from "../../protocol/service.js";
import type { FunctionBehaviour } from "../simulated-tasks/simulated-functions.js";
import { BLUE, balanced, GREEN, HOOK_STAGES, PRODUCTION, withShifts } from "./shift-service.js";
import { scripted, settle, update } from "./virtual-ecs.js";

const NETWORK_LISTENERS = ["1a", "1b"].map(
  (id) => `arn:aws:elasticloadbalancing:us-west-2:123456789012:listener/net/main/0a/${id}`,
);

const strategies: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.constant({ strategy: "BLUE_GREEN" }),
  fc.record({
    strategy: fc.constant("LINEAR"),
    linearConfiguration: fc.record({
      stepPercent: fc.integer({ min: 200, max: 1_000 }).map((tenths) => tenths / 10),
      stepBakeTimeInMinutes: fc.integer({ min: 0, max: 3 }),
    }),
  }),
  fc.record({
    strategy: fc.constant("CANARY"),
    canaryConfiguration: fc.record({
      canaryPercent: fc.integer({ min: 1, max: 1_000 }).map((tenths) => tenths / 10),
      canaryBakeTimeInMinutes: fc.integer({ min: 0, max: 5 }),
    }),
  }),
);

const answer: fc.Arbitrary<FunctionBehaviour> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<FunctionBehaviour>({ output: { hookStatus: "SUCCEEDED" } }) },
  {
    weight: 3,
    arbitrary: fc.constant<FunctionBehaviour>({ output: { hookStatus: "IN_PROGRESS", callBackDelay: 20 } }),
  },
  { weight: 1, arbitrary: fc.constant<FunctionBehaviour>({ output: { hookStatus: "FAILED" } }) },
  { weight: 1, arbitrary: fc.constant<FunctionBehaviour>({ after: 70_000, error: "timeout" }) },
  { weight: 1, arbitrary: fc.constant<FunctionBehaviour>({ refused: "Rate Exceeded." }) },
);

/** Deployment of any strategy, with hooks that answer anything and one interruption. A failing one is printed with its seed. */
const deployment = fc.record({
  strategy: strategies,
  bakeTimeInMinutes: fc.integer({ min: 0, max: 3 }),
  stages: fc.subarray(HOOK_STAGES),
  pauses: fc.subarray(["PRE_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"]),
  answers: fc.array(answer, { minLength: 1, maxLength: 12 }),
  timeoutAction: fc.constantFrom("CONTINUE", "ROLLBACK"),
  image: fc.constantFrom("good:2", "good:2", "crash:1", "late:1"),
  isNetwork: fc.boolean(),
  startsRolling: fc.boolean(),
  interruption: fc.constantFrom("none", "restart", "newer", "twice", "rolling", "stop", "crash"),
  interruptedAfter: fc.integer({ min: 0, max: 600 }),
});

const BEHAVIOURS = {
  crash: { exit: { after: 5_000, code: 1 } },
  late: { exit: { after: 200_000, code: 1 } },
};
const ENDED = ["STOPPED", "SUCCESSFUL", "ROLLBACK_SUCCESSFUL", "ROLLBACK_FAILED"];

test("a deployment of any strategy ends, its weights add up, and its end agrees with the rule and the tasks", async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(deployment, async (wanted) => {
      const { strategy, bakeTimeInMinutes, stages, pauses, answers, timeoutAction, image, isNetwork } = wanted;
      const { startsRolling, interruption, interruptedAfter } = wanted;
      const [production = "", tests = ""] = isNetwork ? NETWORK_LISTENERS : [PRODUCTION];
      let calls = 0;
      const world = await withShifts({
        rolling: startsRolling,
        timing: { networkShift: 60_000 },
        behaviour: scripted(BEHAVIOURS),
        lambda: () => answers[calls++ % answers.length] ?? { output: null },
        target: () => ({ health: [{ after: 20_000, state: "healthy" }] }),
        ...(isNetwork && { productionListenerRule: production, testListenerRule: tests }),
      });
      const timeoutConfiguration = { timeoutInMinutes: 3, action: timeoutAction };
      const lifecycleHooks = [
        ...(stages.length === 0
          ? []
          : [
              {
                hookTargetArn: "arn:aws:lambda:us-west-2:123456789012:function:gate",
                roleArn: "arn:aws:iam::123456789012:role/invoke",
                lifecycleStages: stages,
                timeoutConfiguration,
              },
            ]),
        ...(pauses.length === 0 ? [] : [{ targetType: "PAUSE", lifecycleStages: pauses, timeoutConfiguration }]),
      ];
      const configuration = {
        ...strategy,
        bakeTimeInMinutes,
        lifecycleHooks,
        deploymentCircuitBreaker: { enable: true, rollback: true },
      };
      const loadBalancers = (isNetwork ? balanced(tests, production) : balanced()) as never;
      const target = await world.deploy(image, configuration, { loadBalancers });
      const interrupt = async () => {
        const { serviceDeploymentArn, status } = await world.newest();
        if (interruption === "restart") await world.restart();
        if (interruption === "newer" || interruption === "twice") await update(world, "good:3", { loadBalancers });
        if (interruption === "twice") {
          world.clock.advance(interruptedAfter % 9_000);
          await update(world, "good:4", { loadBalancers });
        }
        if (interruption === "rolling")
          await update(world, "good:3", {
            deploymentConfiguration: { strategy: "ROLLING", lifecycleHooks: [] },
            loadBalancers,
          });
        if (interruption === "crash") {
          const [task] = await world.tasks({ serviceName: "web" });
          if (task?.lastStatus === "RUNNING") world.runtime.crash(task.taskArn, 1);
        }
        if (interruption === "stop" && status === "IN_PROGRESS")
          await world.call("StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" });
      };
      const isOver = async () => {
        const { deployments, runningCount, desiredCount } = await world.service();
        const { status } = await world.newest();
        // A rollback that has failed leaves both revisions as they are.
        if (status === "ROLLBACK_FAILED") return true;
        return ENDED.includes(status) && deployments.length === 1 && runningCount === desiredCount;
      };
      for (let second = 0; ; second += 10) {
        assert.ok(second < 7_200, `not over after two hours: ${JSON.stringify(await world.newest())}`);
        if (second <= interruptedAfter && interruptedAfter < second + 10) await interrupt();
        world.clock.advance(10_000);
        const { targetServiceRevision, sourceServiceRevisions } = await world.newest();
        if (sourceServiceRevisions.length > 0 && targetServiceRevision.requestedProductionTrafficWeight !== undefined)
          checkSums([targetServiceRevision, ...sourceServiceRevisions]);
        if (second > interruptedAfter && (await isOver())) break;
      }
      const { status } = await world.newest();
      ends.set(status, (ends.get(status) ?? 0) + 1);
      const { taskDefinition } = await world.service();
      if (!["newer", "twice", "rolling"].includes(interruption)) {
        if (status === "SUCCESSFUL") assert.equal(taskDefinition, target);
        if (status === "ROLLBACK_SUCCESSFUL") assert.equal(taskDefinition, world.first);
      }
      if (status === "ROLLBACK_FAILED") {
        await world.deploy(
          "good:4",
          { strategy: "BLUE_GREEN", bakeTimeInMinutes: 0, lifecycleHooks: [] },
          { loadBalancers },
        );
        await settle(world);
        assert.equal((await world.newest()).status, "SUCCESSFUL");
      }
      // All production requests go to one group, and the running tasks are all behind it.
      const used = world.served(production);
      assert.ok(used === BLUE || used === GREEN, JSON.stringify(used));
      assert.equal((await world.imagesBehind(used)).length, 2);
    }),
    { numRuns: 60, includeErrorInReport: true },
  );
  for (const status of ["SUCCESSFUL", "ROLLBACK_SUCCESSFUL"]) assert.ok((ends.get(status) ?? 0) > 5, status);
});

function checkSums(revisions: Record<string, number>[]): void {
  for (const name of ["requestedTestTrafficWeight", "requestedProductionTrafficWeight"]) {
    const sum = revisions.reduce((total, each) => total + (each[name] ?? 0), 0);
    assert.ok(Math.abs(sum - 100) < 0.01, `${name}: ${sum}`);
  }
}
