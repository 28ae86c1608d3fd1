import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
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

/** Maximum calls of a good three-minute rollout: 90, plus 5 for the preflight's reads of scans and of the rollback target's images. */
const mostCalls = 90 + 5;

test("the verdict comes within 2 s of being visible, and a three-minute rollout takes at most 95 calls", async (t) => {
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

test("polls are frequent after a change and rare without changes", () => {
  assert.equal(pollInterval(subject, snapshot({ at: 0, ...starting }), 0), 1850);
  assert.equal(pollInterval(subject, snapshot({ at: 3_000, ...starting }), 0), 2800);
  assert.equal(pollInterval(subject, snapshot({ at: 16_000, ...starting }), 0), 4000);
  assert.equal(pollInterval(subject, snapshot({ at: 600_000, ...starting }), 0), 5000);
});

test("polls stay frequent until the old tasks end, regardless of the time", () => {
  const staying = snapshot({ at: 600_000, ...started, tasks: [task(), oldTask()] });
  const draining = snapshot({ at: 600_000, ...started, tasks: [task(), oldTask({ desiredStatus: "STOPPED" })] });
  assert.equal(pollInterval(subject, staying, 0), 4500);
  assert.equal(pollInterval(subject, draining, 0), 1850);
  assert.equal(pollInterval(subject, snapshot({ at: 600_000, ours: serviceDeployment("SUCCESSFUL") }), 0), 1850);
});

test("a service is read again at once after its early success", () => {
  const early = { ours: serviceDeployment("SUCCESSFUL", { earlySuccess: true }), ...started };
  assert.equal(pollInterval(subject, snapshot({ at: 600_000, ...early }), 0), 0);
  assert.equal(pollInterval(subject, snapshot({ at: 600_000, ...early, desiredCount: 0 }), 0), 1850);
});

test("polls are frequent during a rollback and another deployment", () => {
  const rollback = serviceDeployment("ROLLBACK_IN_PROGRESS");
  const other = [deployment({ taskDefinition: "arn:9" })];
  assert.equal(pollInterval(subject, snapshot({ at: 600_000, ...starting, ours: rollback }), 0), 1850);
  assert.equal(pollInterval(subject, snapshot({ at: 600_000, deployments: other }), 0), 1850);
});
