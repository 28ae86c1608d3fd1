import type { TestContext } from "node:test";
import { observer } from "../../lib/rollout/watch/observer.js";
import { directAws } from "./direct-aws.js";
import { scriptedEcs, target } from "./scripted-ecs.js";
import { virtualClock } from "./virtual-clock.js";

/** Creates an observer of a scripted ECS. */
export async function observerScene(_: TestContext) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock);
  const fake = directAws(script);
  const look = observer({ aws: fake.aws, target, clock, progress: () => {} });
  return { clock, world, fake, look };
}
