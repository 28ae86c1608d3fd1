import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Target } from "../../lib/config/target.js";
import { defaultSettings } from "../../lib/rollout/plan/deploy-settings.js";
import { run } from "../../lib/rollout/run.js";
import type { RunOptions } from "../../lib/rollout/run-options.js";
import { directAws } from "./direct-aws.js";
import { lostResponse } from "./fake-aws.js";
import { type Behaviour, withDeployTasks } from "./scripted-deploy-task.js";
import { release, revisionArn, type Story, scriptedEcs, target } from "./scripted-ecs.js";
import { success } from "./stories.js";
import { virtualClock } from "./virtual-clock.js";

/** Creates a scripted ECS that runs deploy tasks, and a deploy to it of a target that names them. */
export async function deployTaskScene(
  _: TestContext,
  tasks: Pick<Target, "before" | "after">,
  behaviour: Behaviour = { ends: 20, exitCode: 0 },
  story: Story = success,
) {
  const clock = virtualClock();
  const { world, script: plain } = scriptedEcs(clock, story);
  const { runs, script } = withDeployTasks(world, clock, plain, () => behaviour);
  const fake = directAws(script);
  const lines: string[] = [];
  const progress = (line: string) => void lines.push(line);
  const options = { aws: fake.aws, target: { ...target, ...tasks }, clock, release, progress };
  const roll = (more: Partial<RunOptions> = {}) => run({ ...options, ...more });
  return { clock, world, fake, script, runs, lines, roll };
}

export const command = ["flask", "db", "upgrade"];

/** Creates the same scene with a pre-deploy task. */
export async function preDeployScene(t: TestContext, behaviour?: Behaviour, timeoutSeconds = 900) {
  const scene = await deployTaskScene(t, { before: { command, timeoutSeconds } }, behaviour);
  const { world, fake, roll } = scene;
  const skipped = { settings: { ...defaultSettings, skipBefore: true } };
  const record = (revision = 8) =>
    world.taskDefinitions.get(revisionArn(revision))?.tags.find(({ key }) => key === "slipway:before")?.value;
  /** Runs a deploy that is killed at the first call of an operation: before or after AWS receives it. */
  const killedAt = async (operation: string, how: "before" | "after", more: Partial<RunOptions> = {}) => {
    const process = new AbortController();
    const handle = fake.script[operation];
    fake.script[operation] = (input) => {
      if (how === "after") handle?.(input);
      process.abort(new Error("killed"));
      return lostResponse;
    };
    await assert.rejects(roll({ ...more, signal: process.signal }), /killed/);
    fake.script[operation] = handle as NonNullable<typeof handle>;
  };
  return { ...scene, record, killedAt, skipped };
}
