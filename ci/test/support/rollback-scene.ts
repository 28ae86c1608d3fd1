import type { TestContext } from "node:test";
import { run } from "../../lib/rollout/run.js";
import type { RunOptions } from "../../lib/rollout/run-options.js";
import { runRollback } from "../../lib/rollout/run-rollback.js";
import { type CreateAws, directAws } from "./direct-aws.js";
import { addTask, release, type Stories, type Story, scriptedEcs, target, type World } from "./scripted-ecs.js";
import { set } from "./stories.js";
import { virtualClock } from "./virtual-clock.js";

/** Story in which the revision that the service is set to replaces the running one. */
export const replaced: Story = [
  [10, start],
  [
    20,
    (world) => {
      for (const task of world.tasks) if (task.taskDefinitionArn !== world.service.taskDefinition) set(task, gone);
      world.service.deployments.splice(1);
      set(world.service.deployments[0], { rolloutState: "COMPLETED", runningCount: 1 });
      set(world.serviceDeployments[0], { status: "SUCCESSFUL" });
    },
  ],
];
const gone = { lastStatus: "STOPPED", desiredStatus: "STOPPED" };

function start(world: World): void {
  const taskDefinition = String(world.service.taskDefinition);
  const { containerDefinitions } = world.taskDefinitions.get(taskDefinition)?.taskDefinition ?? {};
  const [{ image }] = containerDefinitions as [{ image: string }];
  addTask(world, `t${world.tasks.length}`, taskDefinition, String(image.split("@")[1]));
}

interface Interrupted extends Partial<Pick<RunOptions, "http" | "ask" | "undo" | "target" | "settings">> {
  signal?: AbortSignal;
  progress?: (line: string) => void;
}

/** Creates a service for successive deploys and rollbacks in virtual time; each succeeds unless the stories change it. */
export async function rollbackScene(_: TestContext, story: Story | Stories = replaced, create: CreateAws = directAws) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock, story);
  const fake = await create(script);
  const lines: string[] = [];
  const session = { aws: fake.aws, target, clock, progress: (line: string) => void lines.push(line) };
  const deploy = (version: string, digit: string, more: Interrupted = {}) => {
    const digest = `sha256:${digit.repeat(64)}`;
    return run({
      ...session,
      ...more,
      release: { version, digest, image: release.image.replace(/@.*/, `@${digest}`) },
    });
  };
  const back = (more: { to?: string } & Interrupted = {}) => runRollback({ ...session, ...more });
  return { world, fake, lines, deploy, back };
}
