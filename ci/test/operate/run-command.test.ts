import assert from "node:assert/strict";
import { test } from "node:test";
import type { SlipwayError } from "../../lib/common/errors.js";
import { readService } from "../../lib/ecs/service.js";
import { type RunCommandOptions, runCommand } from "../../lib/operate/run-command.js";
import { directAws } from "../support/direct-aws.js";
import { Fault } from "../support/fake-aws.js";
import { type Behaviour, withDeployTasks } from "../support/scripted-deploy-task.js";
import { revisionArn, scriptedEcs, target } from "../support/scripted-ecs.js";
import { type Streams, scriptedLogs } from "../support/scripted-logs.js";
import { virtualClock } from "../support/virtual-clock.js";

function scene(behaviour: Behaviour, log: string[] = []) {
  const clock = virtualClock();
  const { world, script } = scriptedEcs(clock);
  const streams: Streams = new Map();
  const tasks = withDeployTasks(world, clock, script, () => behaviour);
  const getLogEvents = scriptedLogs(streams);
  const fake = directAws({
    ...script,
    ...tasks.script,
    GetLogEvents: (input) => {
      for (const { arn } of tasks.runs) {
        const lines = log.map((line): [number, string] => [clock.now(), line]);
        const stream = `ecs/app/${arn.split("/").at(-1)}`;
        if (!streams.has(stream)) streams.set(stream, lines);
      }
      return getLogEvents(input);
    },
  });
  const lines: string[] = [];
  const shown: string[] = [];
  const session = { aws: fake.aws, target, clock, progress: (line: string) => void lines.push(line) };
  const options = { command: ["flask", "db", "upgrade"], timeoutSeconds: 600, runId: "r1" };
  const run = async (more: Partial<RunCommandOptions> = {}) =>
    await runCommand(
      session,
      await readService(fake.aws, target),
      { ...options, ...more },
      ({ text }) => void shown.push(text),
    );
  return { clock, world, fake, lines, shown, run, runs: tasks.runs };
}

test("the command runs in a task of the service's revision and launch settings, and its log is shown once", async () => {
  const { fake, shown, run } = scene({ ends: 30, exitCode: 0 }, ["one", "two"]);
  const { text, exitCode } = await run();
  assert.equal(exitCode, 0);
  assert.match(text, /^Task \w+ ended with exit code 0 after \d:\d\d\.\n$/);
  assert.deepEqual(shown, ["one", "two"]);
  const [input] = fake.sent("RunTask");
  assert.equal(input?.taskDefinition, revisionArn(7));
  assert.match(String(input?.startedBy), /^slipway\/run\/[0-9a-f]{32}$/);
  assert.deepEqual(input?.overrides, { containerOverrides: [{ name: "app", command: ["flask", "db", "upgrade"] }] });
});

test("the exit code of the command is returned, with the cause", async () => {
  const { run } = scene({ ends: 5, exitCode: 3, stopCode: "EssentialContainerExited" });
  const { text, exitCode } = await run();
  assert.equal(exitCode, 3);
  assert.match(text, /^Task \w+ ended with exit code 3 after .*\n\nCause: the command ended with exit code 3/);
});

test("the same run id finds the task of an earlier call, also after its end, and no second one runs", async () => {
  const { clock, run, runs, lines } = scene({ ends: 30, exitCode: 3 });
  assert.equal((await run()).exitCode, 3);
  await clock.sleep(30 * 60_000);
  assert.equal((await run()).exitCode, 3);
  assert.equal(runs.length, 1);
  assert.ok(lines.some((line) => /^Found task \w+ of an earlier call/.test(line)));
  await run({ runId: "r2" });
  assert.equal(runs.length, 2);
});

test("a task that is not done in time is stopped, with exit code 7", async () => {
  const { run, runs } = scene({});
  const { text, exitCode } = await run({ timeoutSeconds: 60 });
  assert.equal(exitCode, 7);
  assert.match(text, /was stopped at its time limit[\s\S]*raise --timeout-minutes/);
  assert.equal(runs.length, 1);
});

test("a task that did not start ends with exit code 4 and the reason", async () => {
  const stoppedReason = "CannotPullContainerError: manifest unknown";
  const { run } = scene({ ends: 5, stopCode: "TaskFailedToStart", stoppedReason });
  const { text, exitCode } = await run();
  assert.equal(exitCode, 4);
  assert.match(text, /did not start[\s\S]*CannotPullContainerError/);
});

test("a log that may not be read does not hide the outcome", async () => {
  const { fake, lines, run } = scene({ ends: 5, exitCode: 0 });
  fake.script.GetLogEvents = () => new Fault("AccessDeniedException", "no");
  assert.equal((await run()).exitCode, 0);
  assert.equal(lines.filter((line) => /log is not shown: .*logs:GetLogEvents/.test(line)).length, 1);
});

test("nothing runs when ECS refuses the task, or when the container is none of the revision's", async () => {
  const { fake, run, runs } = scene({ ends: 5, exitCode: 0 });
  fake.script.RunTask = () => new Fault("InvalidParameterException", "No subnet.");
  await assert.rejects(run(), (error: SlipwayError) => error.exitCode === 2);
  await assert.rejects(run({ container: "apps" }), /Did you mean "app"\?/);
  assert.equal(runs.length, 0);
});

test("the command runs while the service is locked: its task leaves the service as it is", async () => {
  const { world, run } = scene({ ends: 5, exitCode: 0 });
  world.service.tags = [{ key: "slipway:lock", value: "2026-01-01T00:00:00.000Z user/alice freeze" }];
  assert.equal((await run()).exitCode, 0);
});
