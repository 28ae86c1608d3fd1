import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceDeploymentView } from "../../../lib/ecs/snapshot.js";
import { diagnose } from "../../../lib/rollout/diagnose/diagnose.js";
import { deployment, oldTask, serviceDeployment, snapshot, subject, task } from "../../support/snapshots.js";
import { exited } from "../../support/stopped-tasks.js";

const shift = { strategy: "CANARY", weights: [10, 100], stepSeconds: 600, bakeSeconds: 300 };
const underWay = (more: Partial<ServiceDeploymentView>, running = 1) =>
  snapshot({
    ours: serviceDeployment("IN_PROGRESS", { shift, ...more }),
    deployments: [deployment({ rolloutState: "IN_PROGRESS", runningCount: running })],
    tasks: running > 0 ? [task(), oldTask()] : [],
  });
const inStep = { lifecycleStage: "PRODUCTION_TRAFFIC_SHIFT", productionWeight: 10 };

test("a deployment whose tasks run waits for its strategy: stage and weight are the evidence, and a task that failed before is not", () => {
  const seen = underWay(inStep);
  const { cause, evidence, fix, task } = diagnose(subject, [
    { ...seen, tasks: [...seen.tasks, exited({ exitCode: 1 })] },
  ]);
  assert.deepEqual([cause, task], ["traffic-shifting", undefined]);
  assert.deepEqual(evidence, ["deployment PRODUCTION_TRAFFIC_SHIFT, 10 % of production traffic on the new tasks"]);
  assert.match(fix, /^Run the same command again/);
});

test("old tasks that stay in the clean-up are named, with the protection that may hold them", () => {
  const { cause, evidence, fix } = diagnose(subject, [underWay({ lifecycleStage: "CLEAN_UP", productionWeight: 100 })]);
  assert.deepEqual([cause, evidence], ["draining", ["task bbbbbbbb RUNNING"]]);
  assert.match(fix, /get-task-protection/);
});

test("a hook that runs is named, before the first task too", () => {
  const running = { ...inStep, runningHooks: ["smoke-test"] };
  assert.equal(diagnose(subject, [underWay(running)]).cause, "hook-running");
  const early = diagnose(subject, [underWay({ lifecycleStage: "PRE_SCALE_UP", runningHooks: ["smoke-test"] }, 0)]);
  assert.deepEqual([early.cause, early.evidence], ["hook-running", ["hook smoke-test runs at PRE_SCALE_UP"]]);
});

test("a deployment without its first task is a slow start", () => {
  const { cause, evidence } = diagnose(subject, [underWay({ lifecycleStage: "SCALE_UP" }, 0)]);
  assert.deepEqual([cause, evidence], ["slow-start", ["0 of 1 tasks started"]]);
});

test("an unhealthy task explains more than the strategy", () => {
  const seen = underWay(inStep);
  const ailing = task({ healthStatus: "UNHEALTHY", containers: [{ name: "app", healthStatus: "UNHEALTHY" }] });
  assert.equal(diagnose(subject, [{ ...seen, tasks: [ailing] }]).cause, "health-check");
});

test("a rollback at the deadline has the cause of the wait before it, and no advice to watch on", () => {
  const ended = serviceDeployment("ROLLBACK_SUCCESSFUL", {
    shift,
    statusReason: "Service deployment rolled back by user.",
  });
  const requested = { ...subject, rollback: { why: "because the deadline passed" } };
  const { cause, fix } = diagnose(requested, [underWay(inStep), snapshot({ ours: ended, tasks: [] })]);
  assert.equal(cause, "traffic-shifting");
  assert.doesNotMatch(fix, /again/);
  assert.equal(diagnose(requested, [snapshot({ ours: ended, tasks: [] })]).cause, "unknown");
});
