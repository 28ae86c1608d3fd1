import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceDeployment } from "@aws-sdk/client-ecs";
import { serviceDeploymentView } from "../../lib/ecs/views.js";

const weighted = (strategy?: "CANARY" | "ROLLING"): ServiceDeployment => ({
  ...(strategy && { deploymentConfiguration: { strategy } }),
  targetServiceRevision: { requestedProductionTrafficWeight: 5 },
});

test("a production weight is that of a deployment that shifts traffic; a rolling deployment has none", () => {
  assert.equal(serviceDeploymentView(weighted("CANARY")).productionWeight, 5);
  assert.equal(serviceDeploymentView(weighted("ROLLING")).productionWeight, undefined);
  assert.equal(serviceDeploymentView(weighted()).productionWeight, undefined);
});

test("a Lambda hook that runs is in the view by its function's name", () => {
  const targetArn = "arn:aws:lambda:us-west-2:123456789012:function:smoke-test:3";
  const { runningHooks } = serviceDeploymentView({
    lifecycleHookDetails: [
      { hookId: "ecs-lambda-1", targetType: "AWS_LAMBDA", targetArn, status: "IN_PROGRESS" },
      { hookId: "ecs-lambda-2", targetType: "AWS_LAMBDA", targetArn, status: "SUCCEEDED" },
    ],
  });
  assert.deepEqual(runningHooks, ["smoke-test"]);
});

test("hooks for which ECS ends a deployment are in the view, and none after which it goes on", () => {
  const targetArn = "arn:aws:lambda:us-west-2:123456789012:function:smoke-test";
  const lambda = { hookId: "ecs-lambda-1", targetType: "AWS_LAMBDA", targetArn } as const;
  const pause = { hookId: "ecs-pause-1", targetType: "PAUSE", status: "TIMED_OUT" } as const;
  const { failedHooks } = serviceDeploymentView({
    lifecycleHookDetails: [
      { ...lambda, status: "FAILED" },
      { ...lambda, status: "TIMED_OUT", timeoutAction: "ROLLBACK" },
      { ...lambda, status: "SUCCEEDED" },
      { ...pause, timeoutAction: "ROLLBACK" },
      { ...pause, timeoutAction: "CONTINUE" },
    ],
  });
  assert.deepEqual(failedHooks, [
    "lifecycle hook smoke-test FAILED",
    "hook target smoke-test timed out",
    "pause hook timed out: ecs-pause-1",
  ]);
});

test("every lifecycle hook that waits is in the view, and no other", () => {
  const expiresAt = new Date(1_000);
  const { waitingHooks } = serviceDeploymentView({
    lifecycleHookDetails: [
      { hookId: "ecs-pause-1", status: "SUCCEEDED" },
      { hookId: "ecs-pause-2", status: "AWAITING_ACTION", expiresAt, timeoutAction: "CONTINUE" },
      { hookId: "ecs-pause-3", status: "AWAITING_ACTION" },
    ],
  });
  assert.deepEqual(waitingHooks, [
    { hookId: "ecs-pause-2", expiresAt: 1_000, timeoutAction: "CONTINUE" },
    { hookId: "ecs-pause-3" },
  ]);
});
