import type { TestContext } from "node:test";
import { pruneRevisions } from "../../lib/rollout/prune/prune-revisions.js";
import { directAws } from "./direct-aws.js";
import { scriptedEcs, target } from "./scripted-ecs.js";
import { clusterArn, withRevisions } from "./scripted-prune.js";
import { virtualClock } from "./virtual-clock.js";

/** Creates a scripted ECS whose service has revisions 1 to 9 and runs the last, and the pruning after a deploy to it. */
export async function pruneScene(_: TestContext) {
  const clock = virtualClock();
  const { world, script: plain } = scriptedEcs(clock);
  const { elsewhere, script } = withRevisions(world, plain);
  const fake = directAws(script);
  const session = { aws: fake.aws, target, clock, progress: () => {} };
  const deregistered = () => fake.sent("DeregisterTaskDefinition").map(({ taskDefinition }) => taskDefinition);
  return { clock, world, elsewhere, fake, deregistered, keep: (count = 1) => pruneRevisions(session, count) };
}

export const names = (...revisions: number[]) => revisions.map((revision) => `service:${revision}`);

/** Returns a target of a rule or a schedule that runs a task. */
export const ecsTarget = (TaskDefinitionArn: string) => ({
  Arn: clusterArn(target.cluster),
  EcsParameters: { TaskDefinitionArn },
});
