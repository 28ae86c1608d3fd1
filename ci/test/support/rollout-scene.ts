import type { TestContext } from "node:test";
import type { Listened } from "../../lib/rollout/rollout-listener.js";
import { run } from "../../lib/rollout/run.js";
import type { RunOptions } from "../../lib/rollout/run-options.js";
import { type CreateAws, directAws } from "./direct-aws.js";
import { release, type Stories, type Story, scriptedEcs, target } from "./scripted-ecs.js";
import { virtualClock } from "./virtual-clock.js";

/** Options that a test changes; undefined removes one. */
export type Changes = { [Name in keyof (RunOptions & Listened)]?: (RunOptions & Listened)[Name] | undefined };

/**
 * Creates a deploy of `release` to a scripted ECS that plays `story`, in virtual time. A test may call `roll` again, like a command.
 *
 * @param create Makes the fake AWS: `overHttp(t)` for tests of what the SDK does.
 */
export async function scene(_: TestContext, story: Story | Stories, create: CreateAws = directAws) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock, story);
  const fake = await create(script);
  const lines: string[] = [];
  const options = { aws: fake.aws, target, clock, release, progress: (line: string) => void lines.push(line) };
  const roll = (more: Changes = {}) => run({ ...options, ...more } as RunOptions);
  return { clock, world, fake, lines, roll };
}
