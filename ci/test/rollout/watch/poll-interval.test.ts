import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { shiftPlanOf } from "../../../lib/ecs/shift-plan.js";
import type { ServiceDeploymentView, Snapshot, TaskView } from "../../../lib/ecs/snapshot.js";
import { run } from "../../../lib/rollout/run.js";
import { pollInterval } from "../../../lib/rollout/watch/poll-interval.js";
import { directAws } from "../../support/direct-aws.js";
import { release, type Story, scriptedEcs, target, type World } from "../../support/scripted-ecs.js";
import { deployment, oldTask, serviceDeployment, snapshot, subject, task } from "../../support/snapshots.js";
import { crashLoop, set, success } from "../../support/stories.js";
import { virtualClock } from "../../support/virtual-clock.js";

/** Returns the story with a later beginning, and with the counts that ECS reports during it. */
function threeMinutes(later: number): Story {
  const shifted = success.map(([seconds, change]): Story[number] => [seconds + later, change]);
  const counts = (running: number) => (world: World) => set(world.service.deployments[0], { runningCount: running });
  return [...shifted, [45 + later, counts(1)] as Story[number]].sort(([a], [b]) => a - b);
}

async function watch(_: TestContext, story: Story, end: number) {
  const clock = virtualClock();
  const { script } = scriptedEcs(clock, story);
  const fake = directAws(script);
  const startedAt = clock.now();
  const report = await run({ aws: fake.aws, target, clock, release, progress: () => {} });
  return { report, late: clock.now() - startedAt - end * 1000, calls: fake.calls.length };
}

const p95 = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.ceil(numbers.length * 0.95) - 1] ?? 0;

/** Maximum calls of a good three-minute rollout. */
const mostCalls = 90;

test("the verdict comes within 2 s of being visible, and a three-minute rollout takes at most 90 calls", async (t) => {
  const late: number[] = [];
  const calls: number[] = [];
  for (let later = 52; later < 62; later += 0.5) {
    const seen = await watch(t, threeMinutes(later), 118 + later);
    assert.equal(seen.report.verdict, "deployed");
    late.push(seen.late);
    calls.push(seen.calls);
  }
  t.diagnostic(`p95 ${p95(late)} ms late, at most ${Math.max(...calls)} calls`);
  assert.ok(p95(late) <= 2000, `${p95(late)} ms`);
  assert.ok(Math.max(...calls) <= mostCalls, `${Math.max(...calls)} calls`);
});

test("the end of a rollback is reported within 2 s", async (t) => {
  const { report, late, calls } = await watch(t, crashLoop("old-id"), 182);
  assert.equal(report.verdict, "rolled-back");
  t.diagnostic(`${late} ms late, ${calls} calls`);
  assert.ok(late >= 0 && late <= 2000, `${late} ms`);
});

const starting = { deployments: [deployment({ rolloutState: "IN_PROGRESS", runningCount: 0 })], tasks: [] };
const started = { deployments: [deployment({ rolloutState: "IN_PROGRESS" })] };
const near = 1750;

/** Returns the interval after the latest of these observations, ten minutes after the first one unless it names a time. */
function interval(latest: Parameters<typeof snapshot>[0] = {}, more: Partial<Snapshot> = {}): number {
  const at = latest.at ?? 600_000;
  return pollInterval(subject, [snapshot({ ...starting, at: 0 }), { ...snapshot({ ...latest, at }), ...more }]);
}

test("while no end is expected, the interval grows with the age of the rollout, up to 5 s", () => {
  const oldRuns = { ...starting, tasks: [oldTask()] };
  assert.deepEqual(
    [0, 4_000, 12_000, 20_000, 600_000].map((at) => interval({ ...oldRuns, at })),
    [near, near, 4000, 5000, 5000],
  );
});

test("while a pause may begin, the interval is up to 4 s", () => {
  const service = { ...snapshot({ ...starting }).service, pauseStages: ["PRE_SCALE_UP"] };
  const at = (lifecycleStage: string) =>
    interval(
      { ...starting, tasks: [oldTask()], ours: serviceDeployment("IN_PROGRESS", { lifecycleStage }) },
      { service },
    );
  assert.deepEqual([at("RECONCILE_SERVICE"), at("SCALE_UP")], [4000, 5000]);
});

test("an end is not expected while old tasks are to be stopped, or while ours start", () => {
  assert.equal(interval({ ...started, tasks: [task(), oldTask()] }), 5000);
  const gone = oldTask({ lastStatus: "STOPPED", desiredStatus: "STOPPED" });
  assert.equal(interval({ ...starting, tasks: [gone, task({ lastStatus: "PENDING" })] }), 5000);
  assert.equal(interval({ ...starting, tasks: [gone, task({ lastStatus: "ACTIVATING" })] }), near);
  assert.equal(interval({ ...started, tasks: [gone, task()] }), near);
});

test("while old tasks drain an end is expected at any time", () => {
  assert.equal(interval({ ...started, tasks: [task(), oldTask({ desiredStatus: "STOPPED" })] }), near);
});

test("a task that is deprovisioned is not expected to stop within 20 s after the end of its containers", () => {
  // AWS's clock is a minute behind ours: the deployment was seen 1 s after AWS has dated it.
  const first = snapshot({ ...starting, at: 62_000 });
  const at = 600_000;
  const after = (seconds: number, more: Partial<TaskView> = {}, tasksAt = at) => {
    const leaving = oldTask({ desiredStatus: "STOPPED", lastStatus: "DEPROVISIONING", address: "10.0.0.1", ...more });
    const ended = { executionStoppedAt: at - 61_000 - seconds * 1000 };
    const tasks = [task(), { ...leaving, ...ended, ...more }];
    return pollInterval(subject, [first, { ...snapshot({ ...started, at, tasks }), tasksAt }]);
  };
  assert.deepEqual(
    [0, 14, 17, 18.5, 30].map((seconds) => after(seconds)),
    [5000, 5000, 3000, near, near],
  );
  const { executionStoppedAt: _, ...unknown } = { executionStoppedAt: undefined };
  assert.equal(after(30, unknown), near);
  // A clock that seems to be ahead: the containers had ended when the task was read.
  assert.equal(after(-60, {}, at - 17_000), 3000);
  assert.equal(after(0, { lastStatus: "RUNNING" }), near);
});

test("without a time of its containers' end, 20 s count from the last read of the task; without an interface of its own, none", () => {
  const leaving = { desiredStatus: "STOPPED", lastStatus: "DEACTIVATING" };
  const read = (more: Partial<TaskView>, tasksAt: number) =>
    interval({ ...started, tasks: [task(), oldTask({ ...leaving, ...more })] }, { tasksAt });
  assert.equal(read({ address: "10.0.0.1" }, 600_000), 5000);
  assert.equal(read({ address: "10.0.0.1" }, 583_000), 3000);
  assert.equal(read({}, 600_000), near);
});

/** Returns the interval in a stage whose start was seen at second 10, at a later second. */
function intervalIn(seconds: number, stage: Partial<ServiceDeploymentView>, deadline = 7_200_000) {
  const shift = shiftPlanOf({
    strategy: "CANARY",
    bakeTimeInMinutes: 60,
    canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 20 },
  });
  const seen = (second: number, more: Partial<ServiceDeploymentView>) =>
    snapshot({
      ...started,
      tasks: [task(), oldTask()],
      at: second * 1000,
      ours: serviceDeployment("IN_PROGRESS", { ...(shift && { shift }), lifecycleStage: "SCALE_UP", ...more }),
    });
  return pollInterval({ ...subject, deadline }, [
    seen(0, { productionWeight: 0 }),
    seen(10, stage),
    seen(seconds, stage),
  ]);
}

test("in a long bake time the interval is up to 12 s, and the usual one from its earliest end on", () => {
  const bake = { lifecycleStage: "BAKE_TIME", productionWeight: 100 };
  assert.deepEqual(
    [11, 3000, 3590, 3596, 4000].map((seconds) => intervalIn(seconds, bake)),
    [12_000, 12_000, 10_000, 5000, 5000],
  );
  assert.equal(intervalIn(60, { ...bake, runningHooks: ["check"] }), 5000, "a hook may end at any time");
  assert.equal(intervalIn(60, { ...bake, status: "ROLLBACK_IN_PROGRESS" }), near);
});

test("the wait after a step has a hundred polls at least, and the deadline is not passed by", () => {
  const step = { lifecycleStage: "PRODUCTION_TRAFFIC_SHIFT", productionWeight: 10 };
  assert.equal(intervalIn(600, step), 12_000, "20 minutes");
  const short = shiftPlanOf({ strategy: "CANARY" });
  assert.equal(intervalIn(500, { ...step, ...(short && { shift: short }) }), 6000, "10 minutes");
  assert.equal(intervalIn(600, step, 608_000), 8000);
});

test("the failure that the circuit breaker waits for is expected when its task stops", () => {
  const failing = task({ lastStatus: "DEPROVISIONING", desiredStatus: "STOPPED", address: "10.0.0.1" });
  const after = (failedTasks: number, tasksAt: number) => {
    const deployments = [deployment({ rolloutState: "IN_PROGRESS", runningCount: 0, failedTasks })];
    return interval({ deployments, tasks: [oldTask(), failing] }, { tasksAt });
  };
  assert.equal(after(1, 570_000), 5000, "the second of three");
  assert.equal(after(2, 590_000), 5000, "the third, which has just ended");
  assert.equal(after(2, 570_000), near, "the third");
  assert.equal(after(3, 600_000), near);
});

test("early success is expected once a task of ours runs", () => {
  const early = { ...snapshot().service, desiredCount: 4, earlySuccess: true };
  const after = (runningCount: number) => {
    const deployments = [deployment({ rolloutState: "IN_PROGRESS", runningCount })];
    return interval({ tasks: [oldTask(), task()] }, { service: { ...early, deployments } });
  };
  assert.deepEqual([after(0), after(1)], [5000, near]);
});

test("a service is read again at once after its early success", () => {
  const early = { ours: serviceDeployment("SUCCESSFUL", { earlySuccess: true }), ...started };
  assert.equal(interval(early), 0);
  assert.equal(interval({ ...early, desiredCount: 0 }), near);
});

test("an end is expected during a rollback and another deployment, after completion, and where no task is wanted", () => {
  assert.equal(interval({ ...starting, ours: serviceDeployment("ROLLBACK_IN_PROGRESS") }), near);
  assert.equal(interval({ deployments: [deployment({ taskDefinition: "arn:9" })] }), near);
  assert.equal(interval({ ours: serviceDeployment("SUCCESSFUL") }), near);
  assert.equal(interval({ ...starting, tasks: [oldTask()], desiredCount: 0 }), near);
});
