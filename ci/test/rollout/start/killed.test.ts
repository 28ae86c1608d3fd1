import assert from "node:assert/strict";
import { test } from "node:test";
import type { RolloutResult } from "../../../lib/rollout/result.js";
import { run } from "../../../lib/rollout/run.js";
import type { RunOptions } from "../../../lib/rollout/run-options.js";
import type { Verdict } from "../../../lib/rollout/verdicts.js";
import { directAws } from "../../support/direct-aws.js";
import { type Boundary, boundariesOf, killable } from "../../support/killable.js";
import { release, revisionArn, type Stories, type Story, scriptedEcs, target } from "../../support/scripted-ecs.js";
import { http, servingApp } from "../../support/serving-app.js";
import {
  automaticallyRolledBack,
  crashLoop,
  givenUp,
  imageMissing,
  rolledBackOnRequest,
  success,
} from "../../support/stories.js";
import { virtualClock } from "../../support/virtual-clock.js";

/** Compresses a story's times, because every poll is a boundary of its own. */
const soon = (story: Story): Story => story.map(([seconds, change]) => [seconds / 20, change]);

interface Case {
  stories: Stories;
  listLag?: number;
  /** Version that our revision serves to the public. */
  serves?: string;
  runId?: string;
  /** Seconds until the same call is made again. */
  pause?: number;
}

function setUp({ stories, listLag = 0, serves, runId }: Case) {
  const clock = virtualClock();
  const { updates, stop = [] } = stories;
  const { world, script } = scriptedEcs(clock, { updates: updates.map(soon), stop: soon(stop) });
  world.listLag = listLag;
  const fake = directAws(script);
  const base = { aws: fake.aws, target, clock, release, progress: () => {}, http, ask: servingApp(world, serves) };
  const roll = (more: Partial<RunOptions> = {}) => run({ ...base, ...(runId !== undefined && { runId }), ...more });
  return { clock, world, fake, script, roll };
}

/** Runs a deploy with a boundary, and repeats the call when the first did not end with a verdict. */
async function converge(it: Case, boundary: Boundary) {
  const { clock, world, fake, script, roll } = setUp(it);
  const first = killable(script, boundary);
  fake.script = first.script;
  const outcome = await roll({ signal: first.signal }).catch((error: Error) => error);
  let report = outcome as RolloutResult;
  if (outcome instanceof Error) {
    await clock.sleep((it.pause ?? 2) * 1000);
    fake.script = script;
    report = await roll();
  }
  const begun = world.serviceDeployments.map((one) => one.taskDefinition).filter((one) => one !== revisionArn(7));
  return { report, begun, again: outcome instanceof Error };
}

async function boundaries(it: Case): Promise<Boundary[]> {
  const { fake, roll } = setUp({ ...it, listLag: 0 });
  await roll();
  return boundariesOf(fake.calls);
}

const deploys: [name: string, it: Case, verdict: Verdict, rollouts: number][] = [
  ["goes well", { stories: { updates: [success] } }, "deployed", 1],
  ["goes well, with a list that lags,", { stories: { updates: [success] }, listLag: 5 }, "deployed", 1],
  ["is rolled back", { stories: { updates: [crashLoop("old-id")] }, listLag: 5 }, "rolled-back", 1],
  ["is stopped early", { stories: { updates: [imageMissing], stop: rolledBackOnRequest } }, "rolled-back", 1],
  ["is taken back", { stories: { updates: [success, automaticallyRolledBack] }, serves: "v0.0.1" }, "rolled-back", 2],
  [
    "ECS gives up, and is taken back,",
    { stories: { updates: [givenUp, automaticallyRolledBack] }, listLag: 5 },
    "rolled-back",
    2,
  ],
];
for (const [name, it, verdict, rollouts] of deploys) {
  test(`a rollout that ${name} is begun once and reported correctly, regardless of the call at which it is cut off and run again`, async (t) => {
    const withId = { ...it, runId: "run-1" };
    const all = await boundaries(withId);
    let repeated = 0;
    for (const boundary of all) {
      const { report, begun, again } = await converge(withId, boundary);
      const where = `${boundary.how} at call ${boundary.call}`;
      assert.equal(report.verdict, verdict, `${report.reason} ${where}`);
      assert.equal(begun.length, rollouts, `${begun}, ${where}`);
      if (again) repeated += 1;
    }
    t.diagnostic(`${all.length} boundaries, ${repeated} runs repeated, all converged`);
  });
}

test("without a run id a deploy that is cut off at any call is begun once too", async () => {
  const it = { stories: { updates: [success] }, pause: 3 };
  for (const boundary of await boundaries(it)) {
    const { report, begun } = await converge(it, boundary);
    const where = `${boundary.how} at call ${boundary.call}`;
    assert.equal(report.verdict, "deployed", where);
    assert.equal(begun.length, 1, where);
  }
});
