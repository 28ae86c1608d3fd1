import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RolloutResult } from "../../../lib/rollout/result.js";
import { deployTaskScene } from "../../support/deploy-task-scene.js";
import { type Boundary, boundariesOf, killable } from "../../support/killable.js";
import type { Behaviour } from "../../support/scripted-deploy-task.js";
import { revisionArn, type Story } from "../../support/scripted-ecs.js";
import { success } from "../../support/stories.js";

/** Compresses a story's times, because every poll is a boundary of its own. */
const quick = (story: Story): Story => story.map(([seconds, change]) => [seconds / 20, change]);
const oneOff = { command: ["migrate"], timeoutSeconds: 900 };

const world = (t: TestContext, behaviour: Behaviour) =>
  deployTaskScene(t, { before: oneOff }, behaviour, quick(success));

interface Ended {
  verdict: string;
  runs: number;
  rollouts: number;
  again: boolean;
}

/** Runs a deploy with a boundary, and repeats the call `pause` seconds later when the first ended neither with a verdict nor refused. */
async function converge(t: TestContext, behaviour: Behaviour, boundary: Boundary, pause: number): Promise<Ended> {
  const { clock, world: ecs, runs, fake, script, roll } = await world(t, behaviour);
  const first = killable(script, boundary);
  fake.script = first.script;
  let outcome = await roll({ runId: "17", signal: first.signal }).catch((error: Error & { code?: string }) => error);
  const isOver = (one: RolloutResult | (Error & { code?: string })) =>
    !(one instanceof Error) || one.code === "before-failed";
  const again = !isOver(outcome);
  if (again) {
    await clock.sleep(pause * 1000);
    fake.script = script;
    outcome = await roll({ runId: "17" }).catch((error: Error & { code?: string }) => error);
  }
  const verdict = outcome instanceof Error ? String(outcome.code ?? outcome.message) : outcome.verdict;
  const rollouts = ecs.serviceDeployments.filter((one) => one.taskDefinition !== revisionArn(7)).length;
  return { verdict, runs: runs.length, rollouts, again };
}

async function boundaries(t: TestContext, behaviour: Behaviour, last?: string): Promise<Boundary[]> {
  const { fake, roll } = await world(t, behaviour);
  await roll({ runId: "17" }).catch(() => {});
  const end = fake.calls.findIndex(({ operation }) => operation === last);
  return boundariesOf(end < 0 ? fake.calls : fake.calls.slice(0, end + 1));
}

for (const [name, behaviour, verdict, rollouts] of [
  ["goes well", { ends: 6, exitCode: 0 }, "deployed", 1],
  ["fails", { ends: 6, exitCode: 1 }, "before-failed", 0],
] as const) {
  test(`a task that ${name} runs exactly once, regardless of the call at which its deploy is cut off and run again`, async (t) => {
    const all = await boundaries(t, behaviour);
    let repeated = 0;
    for (const boundary of all) {
      const ended = await converge(t, behaviour, boundary, 3);
      const where = `${boundary.how} at call ${boundary.call}`;
      assert.equal(ended.runs, 1, `${ended.runs} runs, ${where}`);
      assert.equal(ended.verdict, verdict, where);
      assert.equal(ended.rollouts, rollouts, where);
      if (ended.again) repeated += 1;
    }
    t.diagnostic(`${all.length} boundaries, ${repeated} calls repeated, the task ran once in each`);
  });

  test(`a task that ${name} never runs twice, though the next call comes after ECS no longer lists it`, async (t) => {
    // After UpdateService there is a rollout, and the task has completed.
    const all = await boundaries(t, behaviour, "UpdateService");
    const verdicts = new Map<string, number>();
    for (const boundary of all) {
      const ended = await converge(t, behaviour, boundary, 5 * 3600);
      const where = `${boundary.how} at call ${boundary.call}: ${ended.verdict}`;
      assert.ok(ended.runs <= 1, where);
      assert.ok([verdict, "before-unknown"].includes(ended.verdict), where);
      assert.ok(ended.verdict !== verdict || ended.rollouts === rollouts, where);
      verdicts.set(ended.verdict, (verdicts.get(ended.verdict) ?? 0) + 1);
    }
    t.diagnostic(`${all.length} boundaries: ${[...verdicts].map(([name, times]) => `${name} ${times}`).join(", ")}`);
  });
}
