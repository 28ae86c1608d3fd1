import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Report } from "../../src/report/report.js";
import { rollOut } from "../../src/rollout/roll-out.js";
import { fakeAws } from "../support/fake-aws.js";
import { type Boundary, killable } from "../support/killable.js";
import { release, revisionArn, type Story, scriptedEcs, target } from "../support/scripted-ecs.js";
import { crashLoop, success } from "../support/stories.js";
import { virtualClock } from "../support/virtual-clock.js";

/** The same in a small part of the time, because every look is a boundary of its own. */
const quick = (story: Story): Story => story.map(([seconds, change]) => [seconds / 20, change]);
const ways = ["killed-before", "killed-after", "answer-lost"] as const;

async function world(t: TestContext, story: Story, listLag: number) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock, quick(story));
  world.listLag = listLag;
  const fake = await fakeAws(script);
  t.after(() => fake.close());
  const base = { aws: fake.aws, target, clock, release, progress: () => {} };
  const roll = (more: object) => rollOut({ ...base, ...more });
  return { clock, world, fake, script, roll };
}

/** One deploy that meets a boundary, and the same call again `pause` seconds later when it did not end with a verdict. */
async function converge(t: TestContext, story: Story, boundary: Boundary, { runId = "", listLag = 0, pause = 0 }) {
  const { clock, world: ecs, fake, script, roll } = await world(t, story, listLag);
  const first = killable(script, boundary);
  fake.script = first.script;
  const id = runId === "" ? {} : { runId };
  const outcome = await roll({ ...id, signal: first.signal }).catch((error: Error) => error);
  let report = outcome as Report;
  if (outcome instanceof Error) {
    await clock.sleep(pause * 1000);
    fake.script = script;
    report = await roll(id);
  }
  const begun = ecs.serviceDeployments.filter((one) => one.taskDefinition !== revisionArn(7));
  return { report, begun, again: outcome instanceof Error };
}

async function boundaries(t: TestContext, story: Story, runId: string): Promise<Boundary[]> {
  const { fake, roll } = await world(t, story, 0);
  await roll(runId === "" ? {} : { runId });
  return fake.calls.flatMap((_, index) => ways.map((how) => ({ call: index + 1, how })));
}

for (const [name, story, verdict, listLag] of [
  ["goes well", success, "deployed", 0],
  ["goes well, with a list that lags,", success, "deployed", 5],
  ["is rolled back", crashLoop("old-id"), "rolled-back", 5],
] as const) {
  test(`a rollout that ${name} is begun once and told rightly, at whichever call it is cut off and run again`, async (t) => {
    const all = await boundaries(t, story, "run-1");
    let repeated = 0;
    for (const boundary of all) {
      const { report, begun, again } = await converge(t, story, boundary, { runId: "run-1", listLag, pause: 2 });
      const where = `${boundary.how} at call ${boundary.call}`;
      assert.equal(report.verdict, verdict, where);
      assert.equal(begun.length, 1, `${begun.length} rollouts, ${where}`);
      if (again) repeated += 1;
    }
    t.diagnostic(`${all.length} boundaries, ${repeated} runs repeated, all converged`);
  });
}

test("without a run id a deploy that is cut off at any call is begun once too", async (t) => {
  const all = await boundaries(t, success, "");
  for (const boundary of all) {
    const { report, begun } = await converge(t, success, boundary, { pause: 3 });
    const where = `${boundary.how} at call ${boundary.call}`;
    assert.equal(report.verdict, "deployed", where);
    assert.equal(begun.length, 1, where);
  }
});
