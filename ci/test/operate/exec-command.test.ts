import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../lib/aws/raw-task-definition.js";
import { readService } from "../../lib/ecs/service.js";
import { type ExecChoice, execCommand } from "../../lib/operate/exec-command.js";
import { directAws } from "../support/direct-aws.js";
import { addTask, newDigest, revisionArn, scriptedEcs, target } from "../support/scripted-ecs.js";
import { virtualClock } from "../support/virtual-clock.js";

const agent = (lastStatus: string, reason?: string): JsonObject => ({
  enableExecuteCommand: true,
  containers: [
    { name: "app", managedAgents: [{ name: "ExecuteCommandAgent", lastStatus, ...(reason && { reason }) }] },
  ],
});

function scene(isEnabled = true) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock);
  world.service.enableExecuteCommand = isEnabled;
  world.tasks = [];
  const fake = directAws(script);
  const session = { aws: fake.aws, target, clock, progress: () => {} };
  const command = async (choice: Partial<ExecChoice> = {}) =>
    await execCommand(session, await readService(fake.aws, target), { command: "/bin/sh", ...choice });
  const add = (id: string, more: JsonObject) => addTask(world, id, revisionArn(7), newDigest, more);
  return { command, add };
}

test("the command names region, cluster, a task whose agent runs, and the container", async () => {
  const { command, add } = scene();
  add("a1", agent("PENDING"));
  add("b2", agent("RUNNING"));
  assert.equal(
    await command(),
    `aws ecs execute-command --region us-west-2 --cluster ${target.cluster} --task b2${"0".repeat(30)} --container app --interactive --command /bin/sh\n`,
  );
});

test("a command with spaces and quotes is one word of the shell", async () => {
  const { command, add } = scene();
  add("b2", agent("RUNNING"));
  assert.match(await command({ command: `sh -c "echo 'x'"` }), / --command 'sh -c "echo '\\''x'\\''"'\n$/);
});

test("each reason why no task takes a command has its own fix", async () => {
  const disabled = scene(false);
  disabled.add("a1", { containers: [{ name: "app" }] });
  await assert.rejects(
    disabled.command(),
    /not enabled on service .* --enable-execute-command --force-new-deployment.*ssmmessages/,
  );
  const before = scene();
  before.add("a1", { containers: [{ name: "app" }] });
  await assert.rejects(before.command(), /its tasks started before\. Replace them/);
  const stopped = scene();
  stopped.add("a1", agent("STOPPED", "no route"));
  await assert.rejects(stopped.command(), /does not run in container app of any task \(STOPPED: no route\)/);
  await assert.rejects(stopped.command({ task: "ff" }), /no running task that begins with "ff"/);
  await assert.rejects(scene().command(), /has no running task\. /);
  await assert.rejects(stopped.command({ container: "aap" }), /no container "aap" .*Did you mean "app"\?/);
});
