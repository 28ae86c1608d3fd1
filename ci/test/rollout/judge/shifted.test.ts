import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceDeploymentView } from "../../../lib/ecs/snapshot.js";
import { trafficPhaseOf } from "../../../lib/ecs/states.js";
import { judge } from "../../../lib/rollout/judge/judge.js";
import { deployment, serviceDeployment, snapshot, subject } from "../../support/snapshots.js";

const until = { ...subject, until: "shifted" as const };
const baking = { lifecycleStage: "BAKE_TIME", productionWeight: 100, testWeight: 100 };
const underWay = deployment({ rolloutState: "IN_PROGRESS" });
const judged = (more: Partial<ServiceDeploymentView>, status = "IN_PROGRESS", deployments = [underWay]) => {
  const judgement = judge(until, [snapshot({ ours: serviceDeployment(status, more), deployments })]);
  return judgement.state === "decided" ? judgement.verdict : "undecided";
};

test("until shifted, a deployment in its bake time with all production traffic is shifted, and only then", () => {
  assert.equal(judged(baking), "shifted");
  assert.equal(judged({ ...baking, productionWeight: 90 }), "undecided");
  assert.equal(judged({ ...baking, lifecycleStage: "POST_PRODUCTION_TRAFFIC_SHIFT" }), "undecided");
  assert.equal(judged({ ...baking, lifecycleStage: "CLEAN_UP" }), "undecided");
  assert.equal(judged({ lifecycleStage: "BAKE_TIME" }), "undecided", "a rolling deployment moves no traffic by weight");
  assert.equal(judged(baking, "IN_PROGRESS", [{ ...underWay, runningCount: 0 }]), "undecided");
  const ours = serviceDeployment("IN_PROGRESS", baking);
  assert.equal(judge(subject, [snapshot({ ours, deployments: [underWay] })]).state, "undecided");
});

test("a hook that still waits is no pause once a stop is requested: ECS refuses to continue it", () => {
  const waiting = { waitingHooks: [{ hookId: "hook-1" }] };
  for (const status of ["STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"])
    assert.equal(judged(waiting, status), "undecided", status);
});

test("until shifted, a service that wants no task is not shifted: nothing has shown that the release starts", () => {
  const none = snapshot({ ours: serviceDeployment("IN_PROGRESS", baking), desiredCount: 0, deployments: [underWay] });
  assert.equal(judge(until, [none]).state, "undecided");
});

test("a hook that still waits in a deployment of an unknown state is no pause after its end or a rollback", () => {
  const waiting = { waitingHooks: [{ hookId: "hook-1" }] };
  assert.equal(judged(waiting, "SOMETHING_NEW"), "paused");
  assert.equal(judged({ ...waiting, finishedAt: 5_000 }, "SOMETHING_NEW"), "undecided");
  assert.equal(judged({ ...waiting, rollbackReason: "by user" }, "SOMETHING_NEW"), "undecided");
});

test("a rollback names the most production traffic that was seen, and not the last", () => {
  const at = (productionWeight: number, status = "IN_PROGRESS") =>
    snapshot({ ours: serviceDeployment(status, { productionWeight }), deployments: [underWay] });
  const judgement = judge(subject, [at(10), at(50), at(25), at(0, "ROLLBACK_SUCCESSFUL")]);
  assert.match(JSON.stringify(judgement), /after 50 % of production traffic had moved/);
});

test("until shifted, an end or a hook that waits comes first", () => {
  assert.equal(judged(baking, "ROLLBACK_SUCCESSFUL"), "rolled-back");
  assert.equal(judged(baking, "ROLLBACK_IN_PROGRESS"), "undecided");
  assert.equal(judged({ ...baking, waitingHooks: [{ hookId: "hook-1" }] }), "paused");
});

test("the phase of the traffic follows the weight, and the stage where there is none", () => {
  const phase = (lifecycleStage: string, productionWeight?: number) =>
    trafficPhaseOf(
      serviceDeployment("IN_PROGRESS", { lifecycleStage, ...(productionWeight !== undefined && { productionWeight }) }),
    );
  assert.equal(phase("PRE_PRODUCTION_TRAFFIC_SHIFT", 0), "before");
  assert.equal(phase("PRE_PRODUCTION_TRAFFIC_SHIFT", 10), "in part");
  assert.equal(phase("PRODUCTION_TRAFFIC_SHIFT", 100), "moved");
  assert.equal(phase("BAKE_TIME", 100), "moved");
  assert.equal(phase("CLEAN_UP", 100), "clean-up");
  assert.equal(phase("TEST_TRAFFIC_SHIFT"), "before");
  assert.equal(phase("PRODUCTION_TRAFFIC_SHIFT"), "in part");
  assert.equal(phase("BAKE_TIME"), "moved");
});

test("a service that no longer exists is stopped, though a hook was still waiting when it was last seen", () => {
  const seen = snapshot({ ours: serviceDeployment("IN_PROGRESS", { waitingHooks: [{ hookId: "hook-1" }] }) });
  const judgement = judge(subject, [{ ...seen, service: { ...seen.service, notFound: "ECS does not know it." } }]);
  assert.equal(judgement.state === "decided" && judgement.verdict, "stopped");
});
