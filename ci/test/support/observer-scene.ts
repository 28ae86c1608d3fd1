import type { TestContext } from "node:test";
import type { Snapshot, Subject } from "../../lib/ecs/snapshot.js";
import { observer } from "../../lib/rollout/watch/observer.js";
import { directAws } from "./direct-aws.js";
import { scriptedEcs, target } from "./scripted-ecs.js";
import { virtualClock } from "./virtual-clock.js";

/** Creates an observer of a scripted ECS. */
export async function observerScene(_: TestContext) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock);
  const fake = directAws(script);
  const poll = observer({ aws: fake.aws, target, clock, progress: () => {} });
  // The subject of the snapshots has its deadline on a clock that begins at 0.
  const deadline = clock.now() + 600_000;
  const look = (subject: Subject, previous?: Snapshot) => poll({ ...subject, deadline }, previous && [previous]);
  return { clock, world, fake, look };
}
